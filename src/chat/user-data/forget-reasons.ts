import type { CardKeeper } from "../cards/card-keeper.ts";
import { draftAfter, type Entry, type Head, type StatusNote, toMessage } from "../log/entry.ts";
import { isShown } from "../log/entry-kinds.ts";
import type { Broadcast, ChatLog, Decision } from "../ports.ts";

/** An entry about a chat's status. `statusReason`: the chat's after it. */
export type StatusEntry = { seq: number; type: string; system: StatusNote; statusReason: string | null };

/** A reason in the log, in the entry at `seq` and as `statusReason` in the entries from there to before `until`. */
export type StoredReason = { chatId: string; seq: number; until: number; reason: string };

/** Where the reasons are stored that owners gave for a change of status. */
export interface OwnerReasons {
  /** A chat's entries about its status, ascending. */
  statusEntries(chatId: string): Promise<StatusEntry[]>;
  /** Takes a reason out of the log and of the card. May be repeated. @returns the entry at `seq` as it is then */
  forget(reason: StoredReason): Promise<Entry | null>;
}

/** Takes the owner's reasons out of a chat. @returns how many. @throws ChatError `unavailable`; may be repeated then */
export type ForgetReasons = (chatId: string) => Promise<number>;

type Parts = {
  reasons: OwnerReasons;
  log: Pick<ChatLog, "append">;
  keeper: Pick<CardKeeper, "keepLater" | "notifyLater">;
  broadcast: Pick<Broadcast, "messageReceived" | "messageChanged">;
};

/**
 * Every entry carries the chat's `statusReason` on to the next one. So a reason that is still in the head first gets a
 * silent entry after which the chat has none; only then can the older copies be emptied:
 *
 *     4 readonly, "away", 5 "hello" (away)  →  6 silent, no reason: what follows it knows no reason
 */
const decideEnd =
  (reason: string) =>
  (head: Head): Decision => {
    if (head.state.statusReason !== reason) return "nothing";
    const system: StatusNote = { event: "chat_status_changed", status: head.state.status, silent: true };
    const fields = { type: "system", senderId: null, content: "The reason was deleted.", system } as const;
    return { append: draftAfter(head, fields, { statusReason: null }) };
  };

export const createForgetReasons = ({ reasons, log, keeper, broadcast }: Parts): ForgetReasons => {
  /** Ends a reason that the head carries. @returns from which seq on no entry has it */
  const end = async (chatId: string, reason: string): Promise<number> => {
    const appended = await log.append(chatId, decideEnd(reason));
    if (appended.outcome === "nothing") return appended.head.seq + 1;
    broadcast.messageReceived(toMessage(appended.entry));
    keeper.keepLater(appended.entry);
    return appended.entry.seq;
  };

  return async (chatId) => {
    const entries = await reasons.statusEntries(chatId);
    let count = 0;
    for (const [index, { seq, system }] of entries.entries()) {
      const { by, reason } = system;
      if (by !== "owner" || reason === undefined) continue;
      const next = entries.slice(index + 1).find((later) => isShown(later) || later.statusReason !== reason);
      const until = next?.seq ?? (await end(chatId, reason));
      const changed = await reasons.forget({ chatId, seq, until, reason });
      if (changed) broadcast.messageChanged(toMessage(changed));
      count += 1;
    }
    if (count > 0) keeper.notifyLater(chatId);
    return count;
  };
};
