import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CardKeeper } from "../../src/chat/cards/card-keeper.ts";
import { draftAfter, type Entry } from "../../src/chat/log/entry.ts";
import { entryExamples } from "../support/entry-examples.ts";
import { openChat, openTestStore, sendText, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { uniqueName } from "../support/services.ts";

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const people = { ownerId: "owner", seekerId: "seeker" };
const newest = async (chatId: string): Promise<Entry> => {
  const [entry] = (await store.log.page(chatId, { limit: 1 })).entries;
  if (entry === undefined) throw new Error("an empty log");
  return entry;
};
const send = async (chatId: string, text: string, role: "owner" | "seeker" = "owner"): Promise<Entry> => {
  await store.log.append(chatId, sendText(text, { role }));
  return newest(chatId);
};

describe("a booking's card", () => {
  test("is one, however many open it at once", async () => {
    const bookingId = uniqueName("booking");
    const opened = await Promise.all(Array.from({ length: 20 }, () => store.cards.open(bookingId, people)));
    expect(new Set(opened.map(({ card }) => card.id)).size).toBe(1);
  });

  test("is its own among many that are opened at once: new, known, without people, and asked for twice", async () => {
    const [known, early, ...fresh] = Array.from({ length: 30 }, (_, n) => uniqueName(`booking-${n}`));
    const before = await store.cards.open(known ?? "", people);
    const cancelled = await store.cards.open(early ?? "", null);
    const asked = [...fresh, known ?? "", early ?? "", ...fresh];
    const opened = await Promise.all(asked.map((bookingId) => store.cards.open(bookingId, people)));
    expect(opened.map(({ card }) => card.bookingId)).toEqual(asked);
    for (const { card } of opened) expect(card).toMatchObject({ participants: people, lastSeq: 0, status: "closed" });
    expect(opened[fresh.length]).toMatchObject({ completed: false, card: { id: before.card.id } });
    expect(opened[fresh.length + 1]).toMatchObject({ completed: true, card: { id: cancelled.card.id } });
    expect(opened.filter(({ completed }) => completed)).toHaveLength(1);
    expect(new Set(opened.map(({ card }) => card.id)).size).toBe(fresh.length + 2);
  });

  test("gets its people from the approval where a cancellation came first, and keeps them", async () => {
    const bookingId = uniqueName("booking");
    const cancelled = await store.cards.open(bookingId, null);
    expect(cancelled.card.participants).toBeNull();
    expect(await store.cards.facts(cancelled.card.id)).toBeNull();
    const approved = await store.cards.open(bookingId, people);
    expect(approved).toMatchObject({ completed: true, card: { id: cancelled.card.id, participants: people } });
    const others = await store.cards.open(bookingId, { ownerId: "x", seekerId: "y" });
    expect(others).toMatchObject({ completed: false, card: { participants: people } });
    expect(await store.cards.facts(cancelled.card.id)).toMatchObject({ participants: people });
  });
});

describe("the copy of the head", () => {
  test("moves only forward, and a shown entry behind a silent one still becomes the last message", async () => {
    const chatId = await openChat(store);
    const shown = await send(chatId, "shown");
    await store.log.append(chatId, (head) => ({
      append: draftAfter(head, entryExamples.record),
    }));
    const silent = await newest(chatId);
    await store.cards.copy([{ chatId, newest: silent }]);
    const [card] = await store.cards.copy([{ chatId, newest: shown, shown }]);
    expect(card).toMatchObject({ lastSeq: silent.seq, lastMessage: { seq: shown.seq, content: "shown" } });
  });

  test("says that who wrote has read all before", async () => {
    const chatId = await openChat(store);
    await send(chatId, "a", "seeker");
    const entry = await send(chatId, "b", "owner");
    const [card] = await store.cards.copy([{ chatId, newest: entry, shown: entry }]);
    expect(card).toMatchObject({ counted: 3, read: { owner: { seq: 3, counted: 3 }, seeker: { seq: 2, counted: 2 } } });
    expect(card).toMatchObject({ delivered: { owner: { seq: 3 }, seeker: { seq: 2 } } });
  });

  test("keeps text that looks like a database expression as it was written", async () => {
    const chatId = await openChat(store);
    const entry = await send(chatId, "$lastSeq");
    const [card] = await store.cards.copy([{ chatId, newest: entry, shown: entry }]);
    expect(card?.lastMessage?.content).toBe("$lastSeq");
  });

  test("that a crash left behind is mended from the log", async () => {
    const chatId = await openChat(store);
    await send(chatId, "one", "seeker");
    await send(chatId, "two", "owner");
    const keeper = new CardKeeper({
      ...store,
      notify: () => undefined,
      onFailure: () => undefined,
    });
    expect(await keeper.mend(chatId)).toMatchObject({
      lastSeq: 3,
      status: "active",
      lastMessage: { content: "two" },
      read: { owner: { seq: 3 }, seeker: { seq: 2 } },
    });
  });
});

describe("a mark", () => {
  const at = new Date();
  /** A chat with seven entries. */
  const sevenEntries = async () => {
    const chatId = await openChat(store);
    for (let n = 2; n <= 7; n += 1) await send(chatId, `m${n}`, n % 2 ? "owner" : "seeker");
    const { entries } = await store.log.page(chatId, { limit: 10 });
    return { chatId, entry: (seq: number) => entries[seq - 1] as Entry };
  };

  test("moves forward and never back", async () => {
    const { entry } = await sevenEntries();
    const moves = [3, 1, 5, 4, 5].map((seq) => store.cards.advanceRead("owner", entry(seq), at));
    expect((await Promise.all(moves)).filter((move) => move.moved).length).toBeGreaterThanOrEqual(1);
    expect(await store.cards.advanceRead("owner", entry(2), at)).toMatchObject({
      moved: false,
      mark: { seq: 5, counted: 5 },
    });
  });

  test("of reading takes the delivered mark with it; that of delivery leaves reading alone", async () => {
    const { chatId, entry } = await sevenEntries();
    await store.cards.advanceDelivered("owner", entry(6), at);
    await store.cards.advanceRead("owner", entry(4), at);
    expect(await store.cards.find(chatId)).toMatchObject({
      read: { owner: { seq: 5 } },
      delivered: { owner: { seq: 6 } },
    });
    await store.cards.advanceRead("owner", entry(7), at);
    expect(await store.cards.find(chatId)).toMatchObject({ delivered: { owner: { seq: 7 } } });
  });

  test("is never seen beyond the chat's last entry, also before the head was copied", async () => {
    const { chatId, entry } = await sevenEntries();
    expect(await store.cards.find(chatId)).toMatchObject({ lastSeq: 0 });
    await store.cards.advanceDelivered("seeker", entry(7), at);
    expect(await store.cards.find(chatId)).toMatchObject({ lastSeq: 7, counted: 7, lastMessage: { seq: 7 } });
  });
});

describe("the inbox", () => {
  const ownerId = uniqueName("owner");
  beforeAll(async () => {
    // Some with the same time: their order is by id then.
    for (let n = 0; n < 12; n += 1) {
      const { card } = await store.cards.open(uniqueName("booking"), { ownerId, seekerId: `s${n}` });
      await store.log.append(card.id, sendText(`m${n}`));
      const entry = await newest(card.id);
      const createdAt = new Date(Date.UTC(2026, 0, 1, 0, Math.floor(n / 4)));
      const state = { ...entry.state, status: n % 3 === 0 ? ("closed" as const) : ("active" as const) };
      await store.cards.copy([{ chatId: card.id, newest: { ...entry, state, createdAt }, shown: entry }]);
    }
    await store.cards.open(uniqueName("booking"), { ownerId, seekerId: "just-being-made" });
  });

  const pages = async (query: { limit: number; status?: "active" | "closed" }) => {
    const found = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await store.cards.inbox({ userId: ownerId, ...query, ...(cursor && { cursor }) });
      found.push(...page.cards);
      cursor = page.nextCursor;
    }
    return found;
  };

  test("has each chat once, latest activity first, over any pages", async () => {
    for (const limit of [1, 5, 12, 50]) {
      const cards = await pages({ limit });
      expect(cards).toHaveLength(12);
      expect(new Set(cards.map(({ id }) => id)).size).toBe(12);
      const times = cards.map(({ updatedAt }) => updatedAt.getTime());
      expect(times).toEqual(times.toSorted((one, other) => other - one));
    }
  });

  test("of one status has only those", async () => {
    expect(await pages({ limit: 3, status: "closed" })).toHaveLength(4);
  });

  test("is nobody else's", async () => {
    expect((await store.cards.inbox({ userId: uniqueName("nobody"), limit: 50 })).cards).toEqual([]);
    expect((await store.cards.inbox({ userId: "s3", limit: 50 })).cards).toHaveLength(1);
  });

  test.each(["x", "", "AAAA", Buffer.from("1.zz").toString("base64url"), '{"$gt":""}'])(
    "refuses the cursor %j",
    async (cursor) => {
      await expect(store.cards.inbox({ userId: ownerId, limit: 5, cursor })).rejects.toMatchObject({
        code: "validation_failed",
      });
    },
  );

  test("names the people it is shared with", async () => {
    expect(await store.cards.contacts("s3", 10)).toEqual([ownerId]);
    expect(await store.cards.contacts(ownerId, 3)).toHaveLength(3);
  });

  test("is served by an index, without a sort", async () => {
    const plans = await withDatabase(store.uri, (client) => {
      const chats = client.db().collection("chats");
      const sorted = (filter: object) => chats.find(filter).sort({ updatedAt: -1, _id: -1 }).explain("queryPlanner");
      return Promise.all([sorted({ participants: "s3" }), sorted({ participants: "s3", status: "active" })]);
    });
    for (const plan of plans) {
      const text = JSON.stringify((plan as { queryPlanner: { winningPlan: object } }).queryPlanner.winningPlan);
      expect(text).toContain("IXSCAN");
      expect(text).not.toMatch(/COLLSCAN|"SORT"/);
    }
  });
});
