import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import type { OwnService } from "../../local/services/provide-services.ts";
import { ChatError } from "../../src/chat/errors.ts";
import type { Head } from "../../src/chat/log/entry.ts";
import type { Appended } from "../../src/chat/ports.ts";
import { openChat, openTestStore, sendText, statusEntry, type TestStore } from "../support/open-test-store.ts";
import { failNext, ownMongodb } from "../support/own-services.ts";

// Sends of one chat that gather go out in one ordered write; what happens to one of them happens to no other.
let mongod: OwnService;
let store: TestStore;
let other: TestStore;
let client: mongo.MongoClient;
beforeAll(async () => {
  mongod = await ownMongodb();
  // On a busy machine a few tries take longer than a send may take.
  const limits = { timeoutMs: 60_000 };
  store = await openTestStore({ uri: mongod.address, limits });
  other = await openTestStore({ uri: mongod.address, limits });
  client = await mongo.MongoClient.connect(mongod.address);
});
afterAll(async () => {
  await client.close();
  await store.close();
  await other.close();
  await mongod.close();
});

const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

const logOf = async (chatId: string): Promise<{ seqs: number[]; contents: string[] }> => {
  const { entries } = await store.log.page(chatId, { limit: 1_000 });
  return { seqs: entries.map(({ seq }) => seq), contents: entries.slice(1).map(({ content }) => content) };
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Sends all at once, as somebody who writes without waiting; an even one with a key of its own, an odd one without. */
const sendAll = (texts: string[]) => (chatId: string) =>
  Promise.allSettled(
    texts.map((text, index) =>
      store.log.append(chatId, whileActive(text, index % 2 === 0 ? { clientMessageId: text } : {})),
    ),
  );

const whileActive = (text: string, options: { clientMessageId?: string }) => (head: Head) =>
  head.state.status === "active" ? sendText(text, options)(head) : { refuse: new ChatError("chat_not_active") };

/** How many commands of a name the database has had. */
const commands = async (name: "insert" | "find"): Promise<number> => {
  const { metrics } = await client.db("admin").command({ serverStatus: 1 });
  return Number(metrics.commands[name].total);
};

test("two hundred sends to one chat are a handful of writes, and land in their order", async () => {
  const chatId = await openChat(store);
  const texts = numbered("m", 200);
  const before = await commands("insert");
  await sendAll(texts)(chatId);
  expect((await commands("insert")) - before).toBeLessThan(20);
  expect(await logOf(chatId)).toEqual({ seqs: upTo(201), contents: texts });
});

test("a repeat among them is answered with its first self, and those behind it land", async () => {
  const chatId = await openChat(store);
  const keys = ["a", "b", "a", "c", "b", "d", "d", "e"];
  const sends = keys.map((key) => store.log.append(chatId, sendText(key, { clientMessageId: key })));
  const outcomes = (await Promise.all(sends)).map((sent) => [sent.outcome, "entry" in sent && sent.entry.content]);
  const [lands, repeats] = ["appended", "known"];
  const expected = [lands, lands, repeats, lands, repeats, lands, repeats, lands];
  expect(outcomes).toEqual(keys.map((key, index) => [expected[index], key]));
  expect(await logOf(chatId)).toEqual({ seqs: upTo(6), contents: ["a", "b", "c", "d", "e"] });
});

test("one whose decision fails, and one that is refused, hold up nobody", async () => {
  const chatId = await openChat(store);
  const fails = (): never => {
    throw new Error("a mistake");
  };
  const refuses = () => ({ refuse: new ChatError("forbidden") });
  const decisions = [sendText("a"), fails, sendText("b"), refuses, () => "nothing" as const, sendText("c")];
  const ends = await Promise.allSettled(decisions.map((decide) => store.log.append(chatId, decide)));
  expect(ends.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect((await logOf(chatId)).contents).toEqual(["a", "b", "c"]);
});

// The server fails as it is told: `closeConnection` before it does anything, `writeConcernError` after it has written.
const unknowns = {
  "that did not land": { closeConnection: true },
  "that did land": { writeConcernError: { code: 64, errmsg: "waiting for replication timed out" } },
};

describe.each(Object.entries(unknowns))("after writes of several without an answer %s", (_, how) => {
  test("each lands once, in order", async () => {
    const chatId = await openChat(store);
    const texts = numbered("m", 60);
    await failNext(mongod.address, 3, { failCommands: ["insert"], ...how });
    const ends = await sendAll(texts)(chatId);
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["fulfilled"]));
    expect(await logOf(chatId)).toEqual({ seqs: upTo(61), contents: texts });
  });

  test("and a close by another node meanwhile, what was acked is before the close, and what was refused nowhere", async () => {
    const chatId = await openChat(store);
    await failNext(mongod.address, 3, { failCommands: ["insert"], ...how });
    const sends = sendAll(numbered("m", 60))(chatId);
    await other.log.append(chatId, (head) => ({ append: statusEntry(head, "closed") }));
    const ends = await sends;
    const late = await sendAll(numbered("late", 4))(chatId);
    expect(late.map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
    const acked = ends.flatMap((end) => (end.status === "fulfilled" ? contentOf(end.value) : []));
    const { seqs, contents } = await logOf(chatId);
    expect(contents).toEqual([...acked, "closed"]);
    expect(seqs).toEqual(upTo(acked.length + 2));
  });
});

const contentOf = (sent: Appended): string[] => ("entry" in sent ? [sent.entry.content] : []);

describe("an entry that another node was heard to write", () => {
  /** Appends on one node, then on the other. @returns how many inserts the second one took */
  const insertsOfAnAnswer = async (chatId: string, isHeard: boolean): Promise<number> => {
    await store.log.append(chatId, sendText("first"));
    const sent = await other.log.append(chatId, sendText("second", { role: "seeker" }));
    if (isHeard && "entry" in sent) store.log.heard(sent.entry);
    const before = await commands("insert");
    await store.log.append(chatId, sendText("third"));
    return (await commands("insert")) - before;
  };

  test("saves the refused write of the next one here", async () => {
    expect(await insertsOfAnAnswer(await openChat(store), false)).toBe(2);
    const chatId = await openChat(store);
    expect(await insertsOfAnAnswer(chatId, true)).toBe(1);
    expect(await logOf(chatId)).toEqual({ seqs: upTo(4), contents: ["first", "second", "third"] });
  });

  test("and that is not in the log makes no hole in it", async () => {
    const chatId = await openChat(store);
    store.log.heard({ chatId, seq: 7, id: "0123456789abcdef01234567" });
    await store.log.append(chatId, sendText("a"));
    await store.log.append(chatId, sendText("b"));
    expect(await logOf(chatId)).toEqual({ seqs: upTo(3), contents: ["a", "b"] });
  });

  test("of another chat makes no hole in this one", async () => {
    const [chatId, longer] = [await openChat(store), await openChat(other)];
    for (const text of numbered("x", 5)) await other.log.append(longer, sendText(text));
    const newest = await other.log.append(longer, sendText("newest"));
    if ("entry" in newest) store.log.heard({ ...newest.entry, chatId });
    await store.log.append(chatId, sendText("a"));
    expect(await logOf(chatId)).toEqual({ seqs: upTo(2), contents: ["a"] });
  });
});
