import { draftChange } from "../acts/change-message.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { type Entry, type Head, toMessage } from "../log/entry.ts";
import type { Broadcast, ChatLog, Decision } from "../ports.ts";

/** Messages of one chat. `by` left out: the service deletes. */
export type Group = { chatId: string; seqs: number[]; by?: "erasure" | undefined };

/**
 * Deletes messages together: one write for the entries, and as many queries as for one message.
 * @returns how many it deleted, and which are to be tried again. @throws ChatError `unavailable` if it deleted none; may be
 * repeated then
 */
export type DeleteGroup = (group: Group) => Promise<{ deleted: number; left: number[] }>;

/**
 * The decisions to delete messages that were not deleted up to the head `seen`. They are taken one after the other, each in
 * view of the entry before it:
 *
 *     head 7, messages 2, 3, 5  →  8 deletes 2, 9 deletes 3, 10 deletes 5
 *
 * A newer change may be one of these messages, which have to be read again then, unless it is an earlier deletion of the
 * group: `places` has where those were written. A place changes if the decision is taken again.
 */
const decideGroup = ({ by }: Group, seen: Head) => {
  const places: number[] = [];
  return ({ seq }: Entry, index: number) =>
    (head: Head): Decision => {
      const { changeSeq } = head.state;
      const isOwn = places.slice(0, index).includes(changeSeq);
      places[index] = 0;
      if (changeSeq > seen.state.changeSeq && !isOwn) return "nothing";
      places[index] = head.seq + 1;
      return { append: draftChange({ seq, senderId: null, event: "message_deleted", by, content: "" }, head) };
    };
};

type Parts = {
  log: Pick<ChatLog, "head" | "shownAmong" | "append" | "applyChanges">;
  keeper: Pick<CardKeeper, "keepLater">;
  broadcast: Pick<Broadcast, "messageReceived" | "messageChanged">;
};

export const createDeleteGroup = ({ log, keeper, broadcast }: Parts): DeleteGroup => {
  /** What follows when these entries are in the log, as for the entry of one deletion. */
  const follow = async (deletions: Entry[]): Promise<void> => {
    for (const deletion of deletions) broadcast.messageReceived(toMessage(deletion));
    const shown = await log.applyChanges(deletions);
    for (const message of shown) broadcast.messageChanged(toMessage(message));
    const [newest, last] = [deletions.at(-1), shown.at(-1)];
    if (newest) keeper.keepLater(newest, last);
  };

  return async (group) => {
    const { chatId, seqs } = group;
    const seen = await log.head(chatId);
    const present = (await log.shownAmong(chatId, seqs)).filter(({ deleted }) => deleted === undefined);
    const decide = decideGroup(group, seen);
    // In one turn, so that the log takes all of them into one write.
    const results = await Promise.allSettled(
      present.map((message, index) => log.append(chatId, decide(message, index))),
    );
    const failed = results.find((result) => result.status === "rejected");
    const appended = results.map((result) => (result.status === "fulfilled" ? result.value : null));
    const deletions = appended.flatMap((result) => (result?.outcome === "appended" ? [result.entry] : []));
    if (failed && deletions.length === 0) throw failed.reason;
    await follow(deletions);
    const left = present.flatMap(({ seq }, index) => (appended[index]?.outcome === "appended" ? [] : [seq]));
    return { deleted: deletions.length, left };
  };
};
