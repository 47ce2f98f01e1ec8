import { requireMessage } from "../access.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import { changeIn } from "../log/changes.ts";
import { type ChangeNote, type Draft, draftAfter, type Entry, type Head, toMessage } from "../log/entry.ts";
import type { Broadcast, ChatLog, Decision, Turns } from "../ports.ts";

/** How long after a message was sent its sender may edit and delete it. 0: not at all. */
export type ChangeWindows = { editS: number; deleteS: number };

/** Whether more than `windowS` seconds have passed since the message was sent. */
export const isOver = ({ createdAt }: Pick<Entry, "createdAt">, windowS: number, now: Date): boolean =>
  now.getTime() - createdAt.getTime() >= windowS * 1_000;

/** A change of one message, as somebody wishes it. */
export type WishedChange = {
  chatId: string;
  seq: number;
  /** The person; null for the service. */
  senderId: string | null;
  event: ChangeNote["event"];
  by?: ChangeNote["by"] | undefined;
  /** The new text. */
  content: string;
  clientMessageId?: string | undefined;
  /**
   * Whether the message needs the change, or shows it already. Called again when another change came first, so it must
   * have no side effects. @throws ChatError to refuse
   */
  isNeeded: (target: Entry, head: Head) => boolean;
};

/** @returns the message as it is shown then. @throws ChatError `message_not_found`, `idempotency_conflict`, `unavailable` */
export type ChangeMessage = (wish: WishedChange) => Promise<Entry>;

/** How often another change of the same chat may come in between. */
const mostTries = 50;

/** The draft of the entry that makes a change. */
export const draftChange = (change: Omit<WishedChange, "chatId" | "isNeeded">, head: Head): Draft => {
  const { seq, senderId, event, by, content, clientMessageId } = change;
  const system: ChangeNote = { event, target: seq, ...(by && { by }), silent: true };
  return draftAfter(head, { type: "system", senderId, content, system, clientMessageId });
};

/** The decision in view of the head, and of the message as all changes up to the head `seen` left it. */
const decide =
  (wish: WishedChange, target: Entry, seen: Head) =>
  (head: Head): Decision => {
    // A newer change may be one of this message, which has to be read again then.
    if (head.state.changeSeq > seen.state.changeSeq) return "nothing";
    try {
      return wish.isNeeded(target, head) ? { append: draftChange(wish, head) } : "nothing";
    } catch (error) {
      if (error instanceof ChatError) return { refuse: error };
      throw error;
    }
  };

type FollowParts = {
  log: Pick<ChatLog, "applyChanges">;
  keeper: Pick<CardKeeper, "keepLater">;
  broadcast: Pick<Broadcast, "messageReceived" | "messageChanged">;
};

/**
 * What follows when an entry is in the log: everybody in the chat gets it, the message that it changes shows the change,
 * and the card is kept. May be repeated. @returns the changed message; null for an entry that changes none
 */
export const createFollowEntry =
  ({ log, keeper, broadcast }: FollowParts) =>
  async (entry: Entry): Promise<Entry | null> => {
    broadcast.messageReceived(toMessage(entry));
    const [changed = null] = changeIn(entry) ? await log.applyChanges([entry]) : [];
    if (changed) broadcast.messageChanged(toMessage(changed));
    keeper.keepLater(entry, changed ?? undefined);
    return changed;
  };

type Parts = {
  log: ChatLog;
  follow: ReturnType<typeof createFollowEntry>;
  /** By chat: changes that are under way at once only make each other decide again. */
  turns: Turns;
};

/**
 * Appends an entry that changes an earlier message. It is decided in view of the head and of the message: if another
 * change of the chat comes in between, both are read again. So an edit never follows a deletion of the same message.
 * A repeat of a clientMessageId is answered with the message as it is now, whatever has happened since.
 */
export const createChangeMessage = ({ log, follow, turns }: Parts): ChangeMessage => {
  const finish = async (entry: Entry, { event, seq, content }: WishedChange): Promise<Entry> => {
    const note = changeIn(entry);
    if (note?.event !== event || note.target !== seq) throw new ChatError("idempotency_conflict");
    const changed = await follow(entry);
    if (changed === null) throw new ChatError("message_not_found");
    // The text of an edit is gone once its message is deleted.
    if (entry.content !== content && !changed.deleted) throw new ChatError("idempotency_conflict");
    return changed;
  };

  const findRepeat = async ({ chatId, senderId, clientMessageId }: WishedChange): Promise<Entry | null> =>
    clientMessageId === undefined || senderId === null ? null : log.findSent(chatId, senderId, clientMessageId);

  const change = async (wish: WishedChange): Promise<Entry> => {
    const repeated = await findRepeat(wish);
    if (repeated) return finish(repeated, wish);
    let seen = await log.head(wish.chatId);
    for (let tries = 0; tries < mostTries; tries += 1) {
      const target = await requireMessage(log, wish.chatId, wish.seq);
      const appended = await log.append(wish.chatId, decide(wish, target, seen));
      if (appended.outcome !== "nothing") return finish(appended.entry, wish);
      if (appended.head.state.changeSeq <= seen.state.changeSeq) return target;
      seen = appended.head;
    }
    throw new ChatError("unavailable");
  };
  return (wish) => turns.run(wish.chatId, () => change(wish));
};
