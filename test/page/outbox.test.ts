import type { RequestOutcome } from "../../local/page/client/connection.ts";
import { createOutbox } from "../../local/page/client/outbox.ts";
import type { PendingMessage } from "../../local/page/client/pending-messages.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { expect, test } from "./fixtures.ts";

type Outcome = RequestOutcome<"send_message">;

const refused = (code: "rate_limited" | "chat_not_active" | "no_answer", retryAfterMs?: number): Outcome => ({
  ok: false,
  error: { code, message: code, ...(retryAfterMs !== undefined && { retryAfterMs }) },
});

const acknowledged = ({ chatId, content }: PendingMessage): Outcome => {
  const message: Message = { id: "1", chatId, seq: 1, senderId: "olga", type: "text", content, createdAt: "" };
  return { ok: true, message };
};

/** A storage as a tab's, and an outbox whose service answers as told, then acknowledges. */
function anOutbox({ answers = [], isOnline = true }: { answers?: Outcome[]; isOnline?: boolean } = {}) {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
  const tries: PendingMessage[] = [];
  const sent: string[] = [];
  const state = { isOnline };
  const open = () =>
    createOutbox({
      storage,
      storageKey: "outbox",
      isOnline: () => state.isOnline,
      send: async (message) => {
        tries.push(message);
        return answers.shift() ?? acknowledged(message);
      },
      onSent: ({ content }) => void sent.push(content),
      onChange: () => {},
    });
  return { state, tries, sent, open, outbox: open() };
}

const text = (content: string) => ({ type: "text", content }) as const;

test("an outbox repeats a send under its id until it is acknowledged, and only then sends the next", async () => {
  const { outbox, tries, sent } = anOutbox({ answers: [refused("no_answer", 5), refused("no_answer", 5)] });
  outbox.add("chat", text("one"));
  outbox.add("chat", text("two"));
  await expect.poll(() => sent).toEqual(["one", "two"]);
  expect(tries.map(({ content }) => content)).toEqual(["one", "one", "one", "two"]);
  expect(new Set(tries.map(({ clientMessageId }) => clientMessageId)).size).toBe(2);
});

test("an outbox waits as long as the service asks, whatever is written meanwhile", async () => {
  const { outbox, tries, sent } = anOutbox({ answers: [refused("rate_limited", 150)] });
  outbox.add("chat", text("one"));
  await expect.poll(() => tries.length).toBe(1);
  for (const content of ["two", "three"]) outbox.add("chat", text(content));
  expect(tries).toHaveLength(1);
  await expect.poll(() => sent).toEqual(["one", "two", "three"]);
});

test("an outbox goes on behind a message that can never be sent, and keeps that one for its writer", async () => {
  const { outbox, sent } = anOutbox({ answers: [refused("chat_not_active")] });
  outbox.add("chat", text("too late"));
  outbox.add("other chat", text("in time"));
  await expect.poll(() => sent).toEqual(["in time"]);
  expect(outbox.of("chat")).toMatchObject([{ state: "failed", error: { text: "chat_not_active" } }]);
});

test("an outbox keeps what was not sent over a reload", async () => {
  const { state, outbox, sent, open } = anOutbox({ isOnline: false });
  outbox.add("chat", text("kept"));
  state.isOnline = true;
  open().flush();
  await expect.poll(() => sent).toEqual(["kept"]);
});
