import type { Attachment } from "../../../src/chat/log/attachment.ts";

/** A message that a person wants to send. */
export type NewMessage =
  | { readonly type: "text"; readonly content: string }
  | { readonly type: "image" | "file"; readonly content: string; readonly attachment: Attachment };

/** A message that the service has not acknowledged yet. */
export type PendingMessage = NewMessage & {
  readonly clientMessageId: string;
  readonly chatId: string;
  readonly createdAt: string;
  readonly state: "waiting" | "sending" | "failed";
  /** Why it failed; `text` is shown to the person. */
  readonly error?: { readonly code: string; readonly text: string };
};

type Parts = {
  storage: Pick<Storage, "getItem" | "setItem">;
  storageKey: string;
  onChange: () => void;
};

/** The messages that wait, in the order they were written. Each change is in `storage` before `onChange` is called. */
export function createPendingMessages({ storage, storageKey, onChange }: Parts) {
  let pending = load();

  const save = (next: PendingMessage[]): void => {
    pending = next;
    storage.setItem(storageKey, JSON.stringify(pending));
    onChange();
  };

  return {
    of: (chatId: string): PendingMessage[] => pending.filter((message) => message.chatId === chatId),
    firstWaiting: (): PendingMessage | undefined => pending.find(({ state }) => state === "waiting"),
    add: (message: PendingMessage): void => save([...pending, message]),
    change: (clientMessageId: string, next: (message: PendingMessage) => PendingMessage): void =>
      save(pending.map((message) => (message.clientMessageId === clientMessageId ? next(message) : message))),
    remove: (clientMessageId: string): void => save(pending.filter((it) => it.clientMessageId !== clientMessageId)),
  };

  /** A send that was under way when the page was left is sent again. */
  function load(): PendingMessage[] {
    const stored: PendingMessage[] = JSON.parse(storage.getItem(storageKey) ?? "[]");
    return stored.map((message) => (message.state === "sending" ? { ...message, state: "waiting" } : message));
  }
}
