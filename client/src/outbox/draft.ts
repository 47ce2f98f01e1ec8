import type { ChatError } from "../errors.ts";
import { randomId } from "../ids.ts";
import type { Draft, Item, PendingMessage } from "../types.ts";

/** A message on its way to the log. Never changed: a new one takes its place. */
export type PendingDraft = PendingMessage & {
  /** Before this one go the drafts of its chat with a lower one; milliseconds since 1970, made unique. */
  order: number;
  state: "queued" | "uploading" | "sending" | "failed";
  progress?: number | undefined;
  retryAt?: number | undefined;
  error?: ChatError | undefined;
};

let lastOrder = 0;

/** A place after all that this page knows of: its clock may have been set back. */
export const nextOrder = (): number => (lastOrder = Math.max(lastOrder + 0.01, Date.now()));

export const knowOrder = (order: number): void => {
  lastOrder = Math.max(lastOrder, order);
};

/** `now`: the service's time. */
export const draftOf = (wish: Draft, chatId: string, senderId: string, now: number): PendingDraft => {
  const shared = {
    chatId,
    senderId,
    clientMessageId: randomId(),
    content: wish.text ?? "",
    createdAt: new Date(now).toISOString(),
    order: nextOrder(),
    state: "queued" as const,
  };
  if ("attachment" in wish) return { ...shared, type: wish.type, attachment: wish.attachment };
  if (!("file" in wish)) return { ...shared, type: "text" };
  const { file: blob } = wish;
  const { name = (blob as Partial<File>).name ?? "file" } = wish;
  const type = blob.type.startsWith("image/") ? "image" : "file";
  return { ...shared, type, file: { name, mimeType: blob.type, size: blob.size, blob } };
};

const items = new WeakMap<PendingDraft, Item>();

/** The same item for the same draft. */
export const itemOf = (draft: PendingDraft): Item => {
  const { order: _order, state, progress, retryAt, error, ...message } = draft;
  const item = items.get(draft) ?? ({ key: message.clientMessageId, state, message, progress, retryAt, error } as Item);
  items.set(draft, item);
  return item;
};
