/** Whether this is the type of the service's own messages; participants send the other types. */
export const isServiceType = (type: unknown): boolean => type === "system";

/** The part of an entry that determines its kind. */
type Kinded = { type: string; system?: { event?: string; silent?: true } | undefined };

type Meaning<Event extends string = `chat.${string}`> = {
  /** Whether an entry is of this kind. The first matching row decides. */
  is: (entry: Kinded) => boolean;
  /** People see it in the conversation. Clients recognise an entry that is not shown by `system.silent`. */
  isShown: boolean;
  countsAsUnread: boolean;
  /** The card shows it as `lastMessage` until a later such entry. */
  becomesLastMessage: boolean;
  /** It changes what an earlier message shows, its `target`. Such a change does not move the chat up in the inbox. */
  isChange: boolean;
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
    isChange: false,
    events: ["chat.message_sent"],
  },
  /** The sender changed the text or the caption of a message. */
  edit: {
    is: ({ system }) => system?.event === "message_edited",
    isShown: false,
    countsAsUnread: false,
    becomesLastMessage: false,
    isChange: true,
    events: ["chat.message_edited"],
  },
  /** A message was deleted: by its sender, by the service, or with everything that its sender wrote. */
  deletion: {
    is: ({ system }) => system?.event === "message_deleted",
    isShown: false,
    countsAsUnread: false,
    becomesLastMessage: false,
    isChange: true,
    events: ["chat.message_deleted"],
  },
  /** An entry that only has to be in the log: a newer booking event that changes nothing visible. */
  record: {
    is: ({ system }) => system?.silent === true,
    isShown: false,
    countsAsUnread: false,
    becomesLastMessage: false,
    isChange: false,
    events: [],
  },
  /** A system message: the chat's status, or the reason for it, changed. */
  statusChange: {
    is: () => true,
    isShown: true,
    countsAsUnread: true,
    becomesLastMessage: true,
    isChange: false,
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
export const isChange = (entry: Kinded): boolean => meaningOf(entry).isChange;

/** The events for an entry, in order. For a chat's first entry, `chat.created` replaces `chat.status_changed`. */
export const eventsOf = (entry: Kinded & { seq: number }): readonly EntryEvent[] => {
  const { events } = meaningOf(entry);
  return entry.seq === 1 ? events.map((type) => (type === "chat.status_changed" ? "chat.created" : type)) : events;
};
