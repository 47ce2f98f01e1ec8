import type { PendingDraft } from "../outbox/draft.ts";
import type { Item, May } from "../types.ts";
import type { Chat, Message, Rules } from "../wire.ts";

const texts = {
  chat_not_active: "Nobody can write in this chat now.",
  chat_not_found: "There is no such chat.",
  message_deleted: "This message was deleted.",
  too_late: "The time in which this could be changed is over.",
  unavailable: "The chat is not loaded yet.",
  uploads_off: "This service takes no uploads.",
};
const answers: Record<string, May> = {};

/** Yes, or why not; the same object for the same reason. */
export const may = (code?: keyof typeof texts): May =>
  (answers[code ?? ""] ??= code ? { ok: false, code, text: texts[code] } : { ok: true });

export type Frame = {
  userId: string;
  chat: Chat | null;
  rules: Rules | null;
  /** The service's time. */
  now: number;
  /** Called with the moment at which an item may no longer be changed. */
  onUntil: (at: number) => void;
};

const markOfOther = (marks: Chat["read"] = {}, userId: string): number =>
  Math.max(0, ...Object.entries(marks).map(([of, { seq }]) => (of === userId ? 0 : seq)));

const mayChange = (message: Message, windowS: number, isShut: boolean, { now, onUntil }: Frame): May => {
  const until = Date.parse(message.createdAt) + windowS * 1_000;
  if (message.deleted) return may("message_deleted");
  if (isShut) return may("chat_not_active");
  if (now >= until) return may("too_late");
  onUntil(until);
  return may();
};

/** Makes items, and gives the same one again as long as nothing of it has changed. */
export class Items {
  readonly #made = new WeakMap<object, Item>();

  /** The entries that are shown. */
  ofLog(entries: readonly Message[], frame: Frame): Item[] {
    const { userId, chat, rules } = frame;
    const read = markOfOther(chat?.read, userId);
    const delivered = markOfOther(chat?.delivered, userId);
    const items: Item[] = [];
    for (const message of entries) {
      const { seq, senderId, clientMessageId, system } = message;
      if (system?.silent) continue;
      // No clientMessageId of this package looks like it.
      const key = `#${seq}`;
      if (senderId !== userId) {
        items.push(this.#same({ key, state: "received", message }));
        continue;
      }
      const state = read >= seq ? "read" : delivered >= seq ? "delivered" : "sent";
      const edit = mayChange(message, rules?.editWindowS ?? 0, chat?.status !== "active", frame);
      const remove = mayChange(message, rules?.deleteWindowS ?? 0, chat?.status === "closed", frame);
      items.push(this.#same({ key: clientMessageId ?? key, state, message, may: { edit, remove } }));
    }
    return items;
  }

  ofDraft(draft: PendingDraft): Item {
    const known = this.#made.get(draft);
    if (known) return known;
    const { order: _order, state, progress, retryAt, error, ...message } = draft;
    const item = { key: message.clientMessageId, state, message, progress, retryAt, error } as Item;
    this.#made.set(draft, item);
    return item;
  }

  #same(item: Item): Item {
    const known = this.#made.get(item.message);
    const isSame =
      known?.state === item.state && known.may?.edit === item.may?.edit && known.may?.remove === item.may?.remove;
    if (isSame) return known;
    this.#made.set(item.message, item);
    return item;
  }
}
