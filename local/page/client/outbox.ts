import type { Message } from "../../../src/chat/log/entry.ts";
import type { RequestError, RequestOutcome } from "./connection.ts";
import { createPendingMessages, type NewMessage, type PendingMessage } from "./pending-messages.ts";

/** After these errors the same send may succeed a little later; `no_answer`: it may have succeeded already. */
const passing = new Set(["no_answer", "rate_limited", "unavailable", "unauthenticated", "internal"]);
const firstPauseMs = 500;
const longestPauseMs = 8_000;
const mostInternalErrors = 3;

type Options = {
  storage: Pick<Storage, "getItem" | "setItem">;
  storageKey: string;
  isOnline: () => boolean;
  send: (message: PendingMessage) => Promise<RequestOutcome<"send_message">>;
  onSent: (message: Message) => void;
  onChange: () => void;
};

/**
 * Sends messages in order, one at a time, and repeats each with the same clientMessageId until it is acknowledged.
 * Waiting messages are kept in `storage`, so they survive a reload.
 */
export function createOutbox({ storage, storageKey, isOnline, send, onSent, onChange }: Options) {
  const pending = createPendingMessages({ storage, storageKey, onChange });
  const pause = createGrowingPause(() => void pump());
  let running = false;

  return {
    of: pending.of,
    add(chatId: string, message: NewMessage): void {
      const clientMessageId = crypto.randomUUID();
      const createdAt = new Date().toISOString();
      pending.add({ ...message, chatId, clientMessageId, createdAt, state: "waiting" });
      void pump();
    },
    /** Sends a failed message again, with the same id unless the service has another message with that id. */
    retry(clientMessageId: string): void {
      pending.change(clientMessageId, ({ error, ...message }) => ({
        ...message,
        ...(error?.code === "idempotency_conflict" && { clientMessageId: crypto.randomUUID() }),
        state: "waiting",
      }));
      void pump();
    },
    discard: pending.remove,
    /** Call this when the connection is back. */
    flush(): void {
      pause.reset();
      void pump();
    },
    close: pause.end,
  };

  async function pump(): Promise<void> {
    // A message added during a pause also waits for its end, since the service asked for the pause.
    if (running || pause.isUnderWay()) return;
    running = true;
    let next = pending.firstWaiting();
    while (next && isOnline() && (await attempt(next))) next = pending.firstWaiting();
    running = false;
  }

  /** Returns whether to continue with the next message now. */
  async function attempt(message: PendingMessage): Promise<boolean> {
    const { clientMessageId } = message;
    pending.change(clientMessageId, (it) => ({ ...it, state: "sending" }));
    const outcome = await send(message);
    if (!outcome.ok && mayPass(outcome.error, pause.failed())) {
      pending.change(clientMessageId, (it) => ({ ...it, state: "waiting" }));
      pause.begin(outcome.error.retryAfterMs);
      return false;
    }
    pause.reset();
    if (outcome.ok) {
      pending.remove(clientMessageId);
      onSent(outcome.message);
    } else {
      pending.change(clientMessageId, (it) => ({ ...it, state: "failed", error: explain(outcome.error) }));
    }
    return true;
  }
}

const mayPass = ({ code }: RequestError, failures: number): boolean =>
  passing.has(code) && (code !== "internal" || failures < mostInternalErrors);

/** A pause before the next try, twice as long after each failure in a row. `onEnd` is called when it is over. */
function createGrowingPause(onEnd: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    isUnderWay: (): boolean => timer !== undefined,
    /** Notes a failure; answers how many there were in a row. */
    failed: (): number => (failures += 1),
    /** `askedMs`: as long as the service asked for. */
    begin(askedMs: number | undefined): void {
      end();
      const growingMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 8));
      timer = setTimeout(() => {
        end();
        onEnd();
      }, askedMs ?? growingMs);
    },
    end,
    /** Ends it; the next one is short again. */
    reset(): void {
      failures = 0;
      end();
    },
  };
}

/** The service's error, with the field that it is about. */
function explain({ code, message, errors }: RequestError): { code: string; text: string } {
  const field = errors?.[0];
  return { code, text: field ? `${message} ${field.path}: ${field.message}` : message };
}
