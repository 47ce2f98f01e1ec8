import type { Attachment } from "../../../src/chat/log/attachment.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import type { RequestError, RequestOutcome } from "./connection.ts";

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

/** After these errors the same send may succeed a little later; `no_answer`: it may have succeeded already. */
const passing = new Set(["no_answer", "rate_limited", "unavailable", "unauthenticated", "internal"]);
const firstPauseMs = 500;
const longestPauseMs = 8_000;
const mostInternalErrors = 3;

/**
 * Sends messages in order, one at a time, and repeats each with the same clientMessageId until it is acknowledged.
 * Waiting messages are kept in `storage`, so they survive a reload.
 */
export function createOutbox({
  storage,
  storageKey,
  isOnline,
  send,
  onSent,
  onChange,
}: {
  storage: Pick<Storage, "getItem" | "setItem">;
  storageKey: string;
  isOnline: () => boolean;
  send: (message: PendingMessage) => Promise<RequestOutcome<"send_message">>;
  onSent: (message: Message) => void;
  onChange: () => void;
}) {
  let pending = load();
  let running = false;
  let pauseTimer: ReturnType<typeof setTimeout> | undefined;
  let triesInARow = 0;

  return {
    of: (chatId: string): PendingMessage[] => pending.filter((message) => message.chatId === chatId),
    add(chatId: string, message: NewMessage): void {
      const clientMessageId = crypto.randomUUID();
      const createdAt = new Date().toISOString();
      save([...pending, { ...message, chatId, clientMessageId, createdAt, state: "waiting" }]);
      void pump();
    },
    /** Sends a failed message again, with the same id unless the service has another message with that id. */
    retry(clientMessageId: string): void {
      change(clientMessageId, ({ error, ...message }) => ({
        ...message,
        ...(error?.code === "idempotency_conflict" && { clientMessageId: crypto.randomUUID() }),
        state: "waiting",
      }));
      void pump();
    },
    discard: (clientMessageId: string): void => save(pending.filter((it) => it.clientMessageId !== clientMessageId)),
    /** Call this when the connection is back. */
    flush(): void {
      triesInARow = 0;
      endPause();
      void pump();
    },
    close: endPause,
  };

  async function pump(): Promise<void> {
    // A message added during a pause also waits for its end, since the service asked for the pause.
    if (running || pauseTimer !== undefined) return;
    running = true;
    let next = nextWaiting();
    while (next && isOnline() && (await attempt(next))) next = nextWaiting();
    running = false;
  }

  function nextWaiting(): PendingMessage | undefined {
    return pending.find(({ state }) => state === "waiting");
  }

  /** Returns whether to continue with the next message now. */
  async function attempt(message: PendingMessage): Promise<boolean> {
    const { clientMessageId } = message;
    change(clientMessageId, (it) => ({ ...it, state: "sending" }));
    const outcome = await send(message);
    if (outcome.ok) {
      triesInARow = 0;
      save(pending.filter((it) => it.clientMessageId !== clientMessageId));
      onSent(outcome.message);
      return true;
    }
    if (mayPass(outcome.error)) {
      change(clientMessageId, (it) => ({ ...it, state: "waiting" }));
      pumpAfterPause(outcome.error.retryAfterMs);
      return false;
    }
    triesInARow = 0;
    change(clientMessageId, (it) => ({ ...it, state: "failed", error: explain(outcome.error) }));
    return true;
  }

  function mayPass({ code }: RequestError): boolean {
    triesInARow += 1;
    return passing.has(code) && (code !== "internal" || triesInARow < mostInternalErrors);
  }

  function pumpAfterPause(retryAfterMs: number | undefined): void {
    const growing = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(triesInARow, 8));
    endPause();
    pauseTimer = setTimeout(() => {
      endPause();
      void pump();
    }, retryAfterMs ?? growing);
  }

  function endPause(): void {
    clearTimeout(pauseTimer);
    pauseTimer = undefined;
  }

  function change(clientMessageId: string, next: (message: PendingMessage) => PendingMessage): void {
    save(pending.map((message) => (message.clientMessageId === clientMessageId ? next(message) : message)));
  }

  function save(next: PendingMessage[]): void {
    pending = next;
    storage.setItem(storageKey, JSON.stringify(pending));
    onChange();
  }

  function load(): PendingMessage[] {
    const stored: PendingMessage[] = JSON.parse(storage.getItem(storageKey) ?? "[]");
    return stored.map((message) => (message.state === "sending" ? { ...message, state: "waiting" } : message));
  }
}

/** The service's error, with the field that it is about. */
function explain({ code, message, errors }: RequestError): { code: string; text: string } {
  const field = errors?.[0];
  return { code, text: field ? `${message} ${field.path}: ${field.message}` : message };
}
