import type { Draft } from "../types.ts";
import type { Message } from "../wire.ts";
import { draftOf } from "./draft.ts";
import { createQueue, isUnsent, type QueueParts } from "./queue.ts";

type Waiter = [resolve: (message: Message) => void, reject: (error: unknown) => void];

export type Outbox = ReturnType<typeof createOutbox>;

/** What this tab's person does with the drafts of a chat. */
export const createOutbox = (chatId: string, parts: QueueParts) => {
  const { userId, kept, post, now, sender } = parts;
  /** Of the drafts that were written in this tab. */
  const waiters = new Map<string, Waiter>();
  const queue = createQueue(parts, (key, end) => {
    const [resolve, reject] = waiters.get(key) ?? [];
    waiters.delete(key);
    if ("seq" in end) resolve?.(end);
    else reject?.(end);
  });
  return {
    ...queue,
    /** Whether it was written in this tab, so that another one may not know it. */
    isOwn: (key: string): boolean => waiters.has(key),
    /** Stores a draft before it returns, and sends it from then on. */
    send: (wish: Draft): { key: string; done: Promise<Message> } => {
      const draft = draftOf(wish, chatId, userId, now());
      const { clientMessageId: key, file } = draft;
      const done = new Promise<Message>((...waiter) => waiters.set(key, waiter));
      // A caller that does not look at it sees the failure in the view.
      done.catch(() => {});
      if (file?.blob) kept.putFile(key, file.blob);
      kept.put(draft);
      post("draft", draft);
      return { key, done };
    },
    /** Sends a failed draft again. An upload that no message may name any more is made again. */
    retry: (key: string): void => {
      const draft = queue.find(key);
      if (!draft) return;
      if (isUnsent(draft)) sender()?.run();
      else queue.update(key, { state: "queued", ...(draft.file && { attachment: undefined as never }) }, true);
    },
    discard: (key: string): void => post("discard", [chatId, key]),
    /** Forgets all drafts; their promises reject. */
    clear: (): void => {
      for (const { clientMessageId: key } of queue.list()) queue.discarded(key);
    },
  };
};
