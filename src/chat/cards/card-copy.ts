import { stateRank } from "../log/attachment.ts";
import type { Entry } from "../log/entry.ts";
import { becomesLastMessage } from "../log/entry-kinds.ts";

/** The entries that are copied to a card: the newest, and the newest that becomes the last message. */
export type CardCopy = { chatId: string; newest?: Entry; shown?: Entry };

/** What is copied to a card after `newest`. `changed`: the message that it changed, as it is now. */
export const copyOf = (newest: Entry, changed?: Entry): CardCopy => {
  const shown = becomesLastMessage(newest) ? newest : changed;
  return { chatId: newest.chatId, newest, ...(shown && { shown }) };
};

/** Whether an entry is later than another, or the same one with a later change in it, or a later state of its upload. */
const isNewer = (one: Entry, other: Entry): boolean => {
  if (one.seq !== other.seq) return one.seq > other.seq;
  const [change, otherChange] = [one.changedBy ?? 0, other.changedBy ?? 0];
  return change === otherChange ? stateRank(one.attachment) > stateRank(other.attachment) : change > otherChange;
};

const newer = (one: Entry | undefined, other: Entry | undefined): Entry | undefined =>
  one === undefined || (other !== undefined && isNewer(other, one)) ? other : one;

/** Of two copies for one card, the newer of each part. */
export const newerCopy = (one: CardCopy, other: CardCopy): CardCopy => {
  const newest = newer(one.newest, other.newest);
  const shown = newer(one.shown, other.shown);
  return { chatId: one.chatId, ...(newest && { newest }), ...(shown && { shown }) };
};
