import { expect, test } from "@jest/globals";
import { afterChange } from "../../client/src/chat/changes.ts";
import { createItems } from "../../client/src/chat/items.ts";
import { createLog, type Log } from "../../client/src/chat/log.ts";
import { afterChange as afterChangeOfService } from "../../src/chat/log/changes.ts";
import { type ChangeNote, type Entry, type Message, toMessage } from "../../src/chat/log/entry.ts";
import { isShown } from "../../src/chat/log/entry-kinds.ts";
import { entryExamples } from "../support/entry-examples.ts";
import { aHead } from "../support/heads.ts";

const message = (seq: number, overrides: Partial<Message> = {}): Message => ({
  id: String(seq),
  chatId: "chat",
  seq,
  senderId: "olga",
  type: "text",
  content: `number ${seq}`,
  createdAt: "2026-01-01T00:00:00.000Z",
  ...overrides,
});
const shown = (log: Log): Message[] => {
  const frame = { userId: "olga", chat: null, rules: null, now: 0, onUntil: () => {} };
  return createItems()(log.entries(), frame).map(({ message: one }) => one as Message);
};
const messages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

test("a log shows each seq once and in order, however often and late it was heard", () => {
  const log = createLog();
  log.start(messages(4, 6));
  for (const seq of [8, 7, 7, 5, 8]) log.add(message(seq));
  expect(shown(log).map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8]);
  expect(log.upTo()).toBe(8);
});

test("a log knows a hole until what was missing is there", () => {
  const log = createLog();
  log.start(messages(1, 3));
  log.add(message(5));
  expect([log.hasHole(), log.upTo()]).toEqual([true, 3]);
  for (const seq of [4, 5]) log.add(message(seq));
  expect([log.hasHole(), log.upTo()]).toEqual([false, 5]);
});

test("a log calls nothing a hole before its first page, and keeps what was heard before it", () => {
  const log = createLog();
  log.add(message(9));
  expect(log.hasHole()).toBe(false);
  log.start(messages(7, 8));
  expect([log.upTo(), log.hasHole()]).toEqual([9, false]);
});

test("a log shows a message as the newest change says, in whatever order both come", () => {
  const change = (seq: number, event: "message_edited" | "message_deleted", content = ""): Message =>
    message(seq, { type: "system", content, system: { event, target: 2, silent: true } });
  const [first, second] = [change(4, "message_edited", "one"), change(5, "message_edited", "two")];
  const orders = [
    [message(2), first, second],
    [second, first, message(2)],
    [first, message(2), second, first],
  ];
  for (const order of orders) {
    const log = createLog();
    log.start([message(1)]);
    for (const one of order) log.add(one);
    expect(shown(log).map(({ content }) => content)).toEqual(["number 1", "two"]);
    log.add(change(6, "message_deleted"));
    log.change({ ...message(2), content: "", deleted: { by: "sender", at: "2026-01-01T00:00:00.000Z" } });
    expect(shown(log)[1]).toMatchObject({ content: "", deleted: { by: "sender" } });
    expect(shown(log)[1]).not.toHaveProperty("editedAt");
  }
});

test("the client makes of a change what the service makes of it", () => {
  const entry = (seq: number, fields: Partial<Entry> = {}): Entry => ({
    ...message(seq),
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, seq)),
    state: aHead().state,
    ...fields,
  });
  const change = (note: Omit<ChangeNote, "silent">, fields: Partial<Entry> = {}): Entry =>
    entry(5, { type: "system", content: "new", system: { ...note, silent: true }, ...fields });
  const attachment = { url: "https://cdn.example/a.jpg", name: "a.jpg", mimeType: "image/jpeg", size: 3 };
  const target = entry(2, { type: "image", attachment });
  const changes = [
    change({ event: "message_edited", target: 2 }),
    change({ event: "message_deleted", target: 2 }, { content: "" }),
    change({ event: "message_deleted", target: 2 }, { content: "", senderId: null }),
    change({ event: "message_deleted", target: 2, by: "erasure" }, { content: "", senderId: null }),
    entry(5),
  ];
  for (const one of changes)
    expect(afterChange(toMessage(target), toMessage(one))).toEqual(toMessage(afterChangeOfService(target, one)));
});

test("a log counts a silent entry and does not show it", () => {
  const log = createLog();
  log.start(messages(1, 2));
  log.add(
    message(3, {
      type: "system",
      senderId: null,
      system: { event: "booking_approved", status: "active", silent: true },
    }),
  );
  log.add(message(4));
  expect([log.upTo(), log.hasHole()]).toEqual([4, false]);
  expect(shown(log).map(({ seq }) => seq)).toEqual([1, 2, 4]);
});

test("the client shows what the table of entry kinds says, and nothing else", () => {
  for (const entry of Object.values(entryExamples)) {
    const log = createLog();
    log.start([message(1, entry)]);
    expect(shown(log)).toHaveLength(isShown(entry) ? 1 : 0);
  }
});

test("a log grows to the older side page by page", () => {
  const log = createLog();
  log.start(messages(51, 100));
  log.addOlder(messages(1, 50));
  expect([log.from(), log.upTo(), shown(log).length]).toEqual([1, 100, 100]);
});

test("a chat that nobody shows keeps its newest entries, and goes on from there", () => {
  const log = createLog();
  log.start(messages(1, 100));
  log.add(message(103));
  log.trim(50);
  expect([log.from(), log.upTo(), log.hasHole(), shown(log).length]).toEqual([51, 100, false, 50]);
  for (const one of messages(101, 103)) log.add(one);
  expect([log.upTo(), shown(log).length]).toEqual([103, 53]);
});

test("an item is the same object as long as nothing of it has changed", () => {
  const itemsOf = createItems();
  const [one, two] = [message(1, { senderId: "sami" }), message(2)];
  const frame = { userId: "olga", chat: null, rules: null, now: 0, onUntil: () => {} };
  const before = itemsOf([one, two], frame);
  const after = itemsOf([one, { ...two, content: "edited" }], frame);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});

test("a page with a hole in it makes nothing whole", () => {
  const log = createLog();
  log.start([1, 2, 4, 5].map((seq) => message(seq)));
  expect([log.from(), log.upTo()]).toEqual([4, 5]);
  log.addOlder([message(1), message(2)]);
  expect(log.from()).toBe(4);
  log.addOlder([message(3)]);
  expect(log.from()).toBe(1);
  log.add(message(8));
  expect([log.upTo(), log.hasHole()]).toEqual([5, true]);
});

test("what a message is now is not undone by an edit that is older", () => {
  const log = createLog();
  const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
  const edit = (seq: number, content: string): Message =>
    message(seq, {
      type: "system",
      content,
      createdAt: at(seq),
      system: { event: "message_edited", target: 1, silent: true },
    });
  log.start([message(1), edit(2, "A")]);
  log.change({ ...message(1), content: "B", editedAt: at(3) });
  expect(shown(log)[0]?.content).toBe("B");
  log.add(edit(3, "B"));
  log.change({ ...message(1), content: "A", editedAt: at(2) });
  expect(shown(log)[0]?.content).toBe("B");
});
