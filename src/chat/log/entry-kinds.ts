/** What `chat.events` tells of an entry. */
export type EntryEvent = "chat.created" | "chat.status_changed" | "chat.message_sent";

/** Of this type are the service's words; of the others, what a participant sends. */
export const isServiceType = (type: unknown): boolean => type === "system";

/** What of an entry says its kind. */
type Kinded = { type: string; system?: { silent?: true } | undefined };

type Meaning = {
  /** Whether an entry is of this kind. The first row that says so is its kind. */
  is: (entry: Kinded) => boolean;
  /** People see it in the conversation. Clients know one that is not by `system.silent`. */
  isShown: boolean;
  countsAsUnread: boolean;
  /** The card shows it as `lastMessage` until a later one does. */
  becomesLastMessage: boolean;
  /** The events by which others hear of it, in this order. */
  events: readonly EntryEvent[];
};

/** What each kind of entry means. A new kind is a row here, and nothing elsewhere. */
export const entryKinds = {
  /** A text, an image or a file of a participant. */
  message: {
    is: ({ type }) => !isServiceType(type),
    isShown: true,
    countsAsUnread: true,
    becomesLastMessage: true,
    events: ["chat.message_sent"],
  },
  /** What only has to be in the log: a newer booking event that changes nothing anybody sees. */
  record: {
    is: ({ system }) => system?.silent === true,
    isShown: false,
    countsAsUnread: false,
    becomesLastMessage: false,
    events: [],
  },
  /** The service says that the chat's status, or the reason for it, is another. */
  statusChange: {
    is: () => true,
    isShown: true,
    countsAsUnread: true,
    becomesLastMessage: true,
    events: ["chat.status_changed", "chat.message_sent"],
  },
} as const satisfies Record<string, Meaning>;

export type EntryKind = keyof typeof entryKinds;

const meanings: readonly Meaning[] = Object.values(entryKinds);

const meaningOf = (entry: Kinded): Meaning => meanings.find(({ is }) => is(entry)) ?? entryKinds.statusChange;

export const isShown = (entry: Kinded): boolean => meaningOf(entry).isShown;
export const countsAsUnread = (entry: Kinded): boolean => meaningOf(entry).countsAsUnread;
export const becomesLastMessage = (entry: Kinded): boolean => meaningOf(entry).becomesLastMessage;

/** The events that tell of an entry, in their order. Of the first one they say that the chat is there. */
export const eventsOf = (entry: Kinded & { seq: number }): readonly EntryEvent[] => {
  const { events } = meaningOf(entry);
  return entry.seq === 1 ? events.map((type) => (type === "chat.status_changed" ? "chat.created" : type)) : events;
};
