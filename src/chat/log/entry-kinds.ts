/** Whether this is the type of the service's own messages; participants send the other types. */
export const isServiceType = (type: unknown): boolean => type === "system";

/** The part of an entry that determines its kind. */
type Kinded = { type: string; system?: { silent?: true } | undefined };

type Meaning<Event extends string = `chat.${string}`> = {
  /** Whether an entry is of this kind. The first matching row decides. */
  is: (entry: Kinded) => boolean;
  /** People see it in the conversation. Clients recognise an entry that is not shown by `system.silent`. */
  isShown: boolean;
  countsAsUnread: boolean;
  /** The card shows it as `lastMessage` until a later such entry. */
  becomesLastMessage: boolean;
  /** The events on `chat.events` that are published for it, in this order. */
  events: readonly Event[];
};

/** The meaning of each kind of entry. A new kind is one row here. */
export const entryKinds = {
  /** A text, an image or a file of a participant. */
  message: {
    is: ({ type }) => !isServiceType(type),
    isShown: true,
    countsAsUnread: true,
    becomesLastMessage: true,
    events: ["chat.message_sent"],
  },
  /** An entry that only has to be in the log: a newer booking event that changes nothing visible. */
  record: {
    is: ({ system }) => system?.silent === true,
    isShown: false,
    countsAsUnread: false,
    becomesLastMessage: false,
    events: [],
  },
  /** A system message: the chat's status, or the reason for it, changed. */
  statusChange: {
    is: () => true,
    isShown: true,
    countsAsUnread: true,
    becomesLastMessage: true,
    events: ["chat.status_changed", "chat.message_sent"],
  },
} as const satisfies Record<string, Meaning>;

export type EntryKind = keyof typeof entryKinds;
/** The events on `chat.events` for entries. */
export type EntryEvent = "chat.created" | (typeof entryKinds)[EntryKind]["events"][number];

const meanings: readonly Meaning<EntryEvent>[] = Object.values(entryKinds);
/** Each of these events, once. */
export const entryEvents: readonly EntryEvent[] = [
  ...new Set<EntryEvent>(["chat.created", ...meanings.flatMap(({ events }) => events)]),
];

const meaningOf = (entry: Kinded): Meaning<EntryEvent> =>
  meanings.find(({ is }) => is(entry)) ?? entryKinds.statusChange;

export const isShown = (entry: Kinded): boolean => meaningOf(entry).isShown;
export const countsAsUnread = (entry: Kinded): boolean => meaningOf(entry).countsAsUnread;
export const becomesLastMessage = (entry: Kinded): boolean => meaningOf(entry).becomesLastMessage;

/** The events for an entry, in order. For a chat's first entry, `chat.created` replaces `chat.status_changed`. */
export const eventsOf = (entry: Kinded & { seq: number }): readonly EntryEvent[] => {
  const { events } = meaningOf(entry);
  return entry.seq === 1 ? events.map((type) => (type === "chat.status_changed" ? "chat.created" : type)) : events;
};
