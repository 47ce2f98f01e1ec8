import type { Entry } from "../log/entry.ts";
import { becomesLastMessage } from "../log/entry-kinds.ts";

/** The entries that are copied to a card: the newest, and the newest that becomes the last message. */
export type CardCopy = { chatId: string; newest?: Entry; shown?: Entry };

/** What is copied to a card after `newest`. */
export const copyOf = (newest: Entry): CardCopy => ({
  chatId: newest.chatId,
  newest,
  ...(becomesLastMessage(newest) && { shown: newest }),
});

const newer = (one: Entry | undefined, other: Entry | undefined): Entry | undefined =>
  one === undefined || (other !== undefined && other.seq > one.seq) ? other : one;

/** Of two copies for one card, the newer of each part. */
export const newerCopy = (one: CardCopy, other: CardCopy): CardCopy => {
  const newest = newer(one.newest, other.newest);
  const shown = newer(one.shown, other.shown);
  return { chatId: one.chatId, ...(newest && { newest }), ...(shown && { shown }) };
};
