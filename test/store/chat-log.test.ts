import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ChatError } from "../../src/chat/errors.ts";
import type { Head } from "../../src/chat/log/entry.ts";
import type { Decision } from "../../src/chat/ports.ts";
import {
  openChat,
  openTestStore,
  sendText,
  statusEntry,
  type TestStore,
  withDatabase,
} from "../support/open-test-store.ts";

let store: TestStore;
let other: TestStore;
beforeAll(async () => {
  store = await openTestStore();
  other = await openTestStore({ uri: store.uri });
});
afterAll(async () => {
  await store.close();
  await other.close();
});

const contents = async (chatId: string): Promise<string[]> =>
  (await store.log.page(chatId, { limit: 200 })).entries.map(({ content }) => content);
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const whenActive =
  (decide: (head: Head) => Decision) =>
  (head: Head): Decision =>
    head.state.status === "active" ? decide(head) : { refuse: new ChatError("chat_not_active") };

describe("appending", () => {
  test("gives seqs without a hole, in the order of the calls, in many chats at once", async () => {
    const chats = await Promise.all(numbered("b", 10).map(() => openChat(store)));
    const texts = numbered("m", 15);
    const all = texts.flatMap((text) => chats.map((chatId) => store.log.append(chatId, sendText(text))));
    expect(new Set((await Promise.all(all)).map(({ outcome }) => outcome))).toEqual(new Set(["appended"]));
    for (const chatId of chats) {
      const { entries } = await store.log.page(chatId, { limit: 200 });
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
      expect(entries.slice(1).map(({ content }) => content)).toEqual(texts);
    }
  });

  test("from two nodes to one chat keeps each node's order and leaves no hole", async () => {
    const chatId = await openChat(store);
    const [mine, theirs] = [numbered("a", 30), numbered("b", 30)];
    await Promise.all([
      ...mine.map((text) => store.log.append(chatId, sendText(text))),
      ...theirs.map((text) => other.log.append(chatId, sendText(text, { role: "seeker" }))),
    ]);
    const { entries } = await other.log.page(chatId, { limit: 200 });
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.flatMap(({ senderId, content }) => (senderId === "owner" ? content : []))).toEqual(mine);
    expect(entries.flatMap(({ senderId, content }) => (senderId === "seeker" ? content : []))).toEqual(theirs);
  });

  test("never puts a message behind a close, whichever node closes", async () => {
    const chatId = await openChat(store);
    const sends = numbered("m", 40).map((text) =>
      store.log.append(chatId, whenActive(sendText(text))).catch(() => null),
    );
    await other.log.append(chatId, (head) => ({ append: statusEntry(head, "closed") }));
    sends.push(
      ...numbered("late", 5).map((text) => store.log.append(chatId, whenActive(sendText(text))).catch(() => null)),
    );
    const landed = (await Promise.all(sends)).filter((appended) => appended !== null).length;
    const stored = await contents(chatId);
    expect(stored.at(-1)).toBe("closed");
    expect(stored).toHaveLength(landed + 2);
  });

  test("believes a refusal only of what the log says now", async () => {
    const chatId = await openChat(store);
    await store.log.append(chatId, (head) => ({ append: statusEntry(head, "closed") }));
    await other.log.append(chatId, (head) => ({ append: statusEntry(head, "active") }));
    const appended = await store.log.append(chatId, whenActive(sendText("after the reopening")));
    expect(appended.outcome).toBe("appended");
  });

  test("repeated with the same clientMessageId answers with the first entry", async () => {
    const chatId = await openChat(store);
    const first = await store.log.append(chatId, sendText("once", { clientMessageId: "c1" }));
    const repeats = await Promise.all(
      [store, other].map(({ log }) => log.append(chatId, sendText("once", { clientMessageId: "c1" }))),
    );
    for (const repeat of repeats) expect(repeat).toEqual({ ...first, outcome: "known" });
    expect(await contents(chatId)).toEqual(["active", "once"]);
  });

  test("with one clientMessageId from both nodes at once lands once", async () => {
    const chatId = await openChat(store);
    const sends = numbered("x", 20).map((_, index) =>
      (index % 2 ? store : other).log.append(chatId, sendText("once", { clientMessageId: "same" })),
    );
    const outcomes = (await Promise.all(sends)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "appended")).toHaveLength(1);
    expect(await contents(chatId)).toEqual(["active", "once"]);
  });

  test("takes the same clientMessageId of another sender and of another chat as another message", async () => {
    const [one, two] = [await openChat(store), await openChat(store)];
    const id = { clientMessageId: "shared" };
    const sent = [
      await store.log.append(one, sendText("a", id)),
      await store.log.append(one, sendText("b", { ...id, role: "seeker" })),
      await store.log.append(two, sendText("c", id)),
    ];
    expect(sent.map(({ outcome }) => outcome)).toEqual(["appended", "appended", "appended"]);
  });

  test("carries the state along: what counts, and where each side wrote last", async () => {
    const chatId = await openChat(store);
    await store.log.append(chatId, sendText("a"));
    await other.log.append(chatId, sendText("b", { role: "seeker" }));
    expect(await store.log.head(chatId)).toMatchObject({
      seq: 3,
      state: { counted: 3, shownSeq: 3, sent: { owner: { seq: 2, counted: 2 }, seeker: { seq: 3, counted: 3 } } },
    });
  });

  test("with a decision that fails is refused alone; those behind it land", async () => {
    const chatId = await openChat(store);
    const fails = store.log.append(chatId, () => {
      throw new Error("a mistake");
    });
    const lands = store.log.append(chatId, sendText("a"));
    await expect(fails).rejects.toThrow("a mistake");
    expect((await lands).outcome).toBe("appended");
  });

  test("past the bound is refused at once, and what was accepted lands", async () => {
    await using small = await openTestStore({ uri: store.uri, limits: { waiting: 5 } });
    const chatId = await openChat(small);
    const sends = numbered("m", 20).map((text) => small.log.append(chatId, sendText(text)));
    const ends = await Promise.allSettled(sends);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(ends.at(-1)).toMatchObject({ reason: { code: "unavailable", retryAfterMs: 1_000 } });
    expect(await contents(chatId)).toEqual(["active", ...numbered("m", 5)]);
  });
});

describe("a page", () => {
  let chatId: string;
  beforeAll(async () => {
    chatId = await openChat(store);
    await Promise.all(numbered("m", 9).map((text) => store.log.append(chatId, sendText(text))));
  });
  const seqs = async (range: Parameters<TestStore["log"]["page"]>[1]) => {
    const { entries, hasMore } = await store.log.page(chatId, range);
    return [entries.map(({ seq }) => seq), hasMore];
  };

  test("has the newest entries, ascending", async () => {
    expect(await seqs({ limit: 3 })).toEqual([[8, 9, 10], true]);
    expect(await seqs({ limit: 10 })).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false]);
  });

  test("before a seq has those next to it", async () => {
    expect(await seqs({ limit: 3, before: 8 })).toEqual([[5, 6, 7], true]);
    expect(await seqs({ limit: 3, before: 4 })).toEqual([[1, 2, 3], false]);
    expect(await seqs({ limit: 3, before: 1 })).toEqual([[], false]);
  });

  test("after a seq has those next to it", async () => {
    expect(await seqs({ limit: 3, after: 0 })).toEqual([[1, 2, 3], true]);
    expect(await seqs({ limit: 3, after: 7 })).toEqual([[8, 9, 10], false]);
    expect(await seqs({ limit: 3, after: 10 })).toEqual([[], false]);
  });

  test("and every look-up is served by an index, without a sort", async () => {
    const plans = await withDatabase(store.uri, async (client) => {
      const messages = client.db().collection("messages");
      const id: unknown = (await messages.findOne())?.["chatId"];
      const queries = [
        messages.find({ chatId: id }).sort({ seq: -1 }).limit(51),
        messages.find({ chatId: id, seq: { $gt: 0, $lt: 10 } }).sort({ seq: 1 }),
        messages
          .find({ chatId: id, seq: { $lte: 5 } })
          .sort({ seq: -1 })
          .limit(1),
        messages.find({ chatId: id, senderId: "owner", clientMessageId: "x" }),
      ];
      return Promise.all(queries.map((query) => query.explain("queryPlanner")));
    });
    for (const plan of plans) {
      const text = JSON.stringify((plan as { queryPlanner: { winningPlan: object } }).queryPlanner.winningPlan);
      expect(text).toContain("IXSCAN");
      expect(text).not.toMatch(/COLLSCAN|"SORT"/);
    }
  });
});
