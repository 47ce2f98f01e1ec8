import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import { openChat, openTestStore, sendText, type TestStore } from "../support/open-test-store.ts";
import { failNext, freezeService, ownMongodb } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

// DESIGN "When something is away", MongoDB: a send waits up to its limit, then `unavailable`; repeated, it lands once.
const timeoutMs = 3_000;
let mongodb: OwnService;
let store: TestStore;
beforeAll(async () => {
  mongodb = await ownMongodb();
  store = await openTestStore({ uri: databaseUri(uniqueName("outage"), mongodb.address), limits: { timeoutMs } });
});
afterEach(() => mongodb.start());
afterAll(async () => {
  await store.close();
  await mongodb.close();
});

const contents = async (chatId: string): Promise<string[]> =>
  (await store.log.page(chatId, { limit: 200 })).entries.slice(1).map(({ content }) => content);

describe("a send whose answer is lost is stored once and acked", () => {
  test.each([
    ["the connection breaks before the write", { failCommands: ["insert"], closeConnection: true }],
    ["the primary steps down", { failCommands: ["insert"], errorCode: 10_107 }],
    [
      "the write stands and the majority is not heard of",
      { failCommands: ["insert"], writeConcernError: { code: 64, errmsg: "waiting for replication timed out" } },
    ],
  ])("when %s", async (_, failure) => {
    const chatId = await openChat(store);
    // Three times: the driver tries a write again once by itself.
    await failNext(mongodb.address, 3, failure);
    const sends = ["a", "b", "c"].map((text) => store.log.append(chatId, sendText(text)));
    expect((await Promise.all(sends)).map(({ outcome }) => outcome)).toEqual(["appended", "appended", "appended"]);
    expect(await contents(chatId)).toEqual(["a", "b", "c"]);
  });

  test("when the head cannot be read at first", async () => {
    const chatId = await openChat(store);
    await using fresh = await openTestStore({ uri: store.uri, limits: { timeoutMs } });
    await failNext(mongodb.address, 3, { failCommands: ["find"], closeConnection: true });
    expect((await fresh.log.append(chatId, sendText("a"))).outcome).toBe("appended");
    expect(await contents(chatId)).toEqual(["a"]);
  });
});

const answersOf = async (sends: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(sends)).map((end) => (end.status === "fulfilled" ? "acked" : end.reason.code));

describe("a send while the database is away", () => {
  test("killed is answered `unavailable` in time, and the repeated send is stored once", async () => {
    const chatId = await openChat(store);
    await mongodb.stop("SIGKILL");
    const began = Date.now();
    const texts = ["a", "b", "c"];
    const send = () => texts.map((text) => store.log.append(chatId, sendText(text, { clientMessageId: text })));
    expect(await answersOf(send())).toEqual(["unavailable", "unavailable", "unavailable"]);
    expect(Date.now() - began).toBeLessThan(timeoutMs + 60_000);
    await mongodb.start();
    expect(await answersOf(send())).toEqual(["acked", "acked", "acked"]);
    expect(await contents(chatId)).toEqual(texts);
  });

  test("frozen is answered `unavailable` in time, and the repeated send is stored once", async () => {
    const chatId = await openChat(store);
    await store.log.append(chatId, sendText("before"));
    const goOn = await freezeService(mongodb);
    const began = Date.now();
    const send = () => ["a", "b"].map((text) => store.log.append(chatId, sendText(text, { clientMessageId: text })));
    try {
      expect(await answersOf(send())).toEqual(["unavailable", "unavailable"]);
      expect(Date.now() - began).toBeLessThan(timeoutMs + 60_000);
    } finally {
      await goOn();
    }
    expect(await answersOf(send())).toEqual(["acked", "acked"]);
    expect(await contents(chatId)).toEqual(["before", "a", "b"]);
  });

  test("for a moment waits for the database and is acked", async () => {
    const chatId = await openChat(store);
    const goOn = await freezeService(mongodb);
    setTimeout(() => void goOn(), 700);
    expect((await store.log.append(chatId, sendText("patient"))).outcome).toBe("appended");
    expect(await contents(chatId)).toEqual(["patient"]);
  });
});
