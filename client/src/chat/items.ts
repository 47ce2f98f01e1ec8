import type { Item, May } from "../types.ts";
import type { Chat, Message, Rules } from "../wire.ts";
import { may } from "./may.ts";

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

const mayChange = (message: Message, windowS = 0, isShut: boolean, { now, onUntil }: Frame): May => {
  const until = Date.parse(message.createdAt) + windowS * 1_000;
  if (message.deleted) return may("message_deleted");
  if (isShut) return may("chat_not_active");
  if (now >= until) return may("too_late");
  onUntil(until);
  return may();
};

/** Makes the items of the entries that are shown, and the same one again as long as nothing of it has changed. */
export const createItems = () => {
  const made = new WeakMap<Message, Item>();
  return (entries: readonly Message[], frame: Frame): Item[] => {
    const { userId, chat, rules } = frame;
    const read = markOfOther(chat?.read, userId);
    const delivered = markOfOther(chat?.delivered, userId);
    const itemOf = (message: Message): Item => {
      const { seq, senderId, clientMessageId } = message;
      // No clientMessageId of this package looks like it.
      const key = `#${seq}`;
      if (senderId !== userId) return { key, state: "received", message };
      const edit = mayChange(message, rules?.editWindowS, chat?.status !== "active", frame);
      const remove = mayChange(message, rules?.deleteWindowS, chat?.status === "closed", frame);
      const state = read >= seq ? "read" : delivered >= seq ? "delivered" : "sent";
      return { key: clientMessageId ?? key, state, message, may: { edit, remove } };
    };
    return entries
      .filter(({ system }) => !system?.silent)
      .map((message) => {
        const [item, known] = [itemOf(message), made.get(message)];
        const isSame =
          known?.state === item.state && known.may?.edit === item.may?.edit && known.may?.remove === item.may?.remove;
        if (isSame) return known;
        made.set(message, item);
        return item;
      });
  };
};
