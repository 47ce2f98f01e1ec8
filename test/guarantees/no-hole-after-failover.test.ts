import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import type { ProvidedService } from "../../local/services/service.ts";
import { until } from "../support/chat-client.ts";
import { openChat, openTestStore, sendText, type TestStore } from "../support/open-test-store.ts";
import { ownReplicaSet } from "../support/own-replica-set.ts";
import { uniqueName } from "../support/services.ts";
import type { ReplicaSet } from "../torture/replica-set.ts";

let set: ReplicaSet;
let store: TestStore;
let answering: TestStore;
let name: string;
beforeAll(async () => {
  set = await ownReplicaSet();
  name = uniqueName("failover");
  const options = { uri: set.uri.replace("/torture", `/${name}`), limits: { timeoutMs: 60_000 } };
  store = await openTestStore(options);
  answering = await openTestStore(options);
});
afterAll(async () => {
  await store.close();
  await answering.close();
  await set.close();
});

/** Looks at one member, whatever the others have. */
const withMember = async <T>(
  { address }: ProvidedService,
  act: (messages: mongo.Collection) => Promise<T>,
): Promise<T> => {
  const client = await mongo.MongoClient.connect(`mongodb://${address}/?directConnection=true`);
  try {
    return await act(client.db(name).collection("messages"));
  } finally {
    await client.close();
  }
};

test("entries written after an entry that was lost with its primary leave no hole", async () => {
  const chatId = await openChat(store);
  await store.log.append(chatId, sendText("a"));
  const primary = await set.primary();
  const others = set.members.filter((member) => member !== primary);
  // Killed, not frozen: what is sent to a frozen one it would find when it goes on.
  for (const other of others) await other.stop("SIGKILL");
  // Another node, which dies right behind this: the primary has its entry, and nobody else will.
  const newest = { chatId: new mongo.ObjectId(chatId), seq: 2 };
  await withMember(primary, async (messages) => {
    const { _id, ...entry } = (await messages.findOne(newest)) ?? {};
    const lost = { ...entry, seq: 3, content: "lost", senderId: "seeker" };
    await messages.insertOne(lost, { writeConcern: { w: 1 } });
  });
  // Who types is answered in view of the newest entry there is; that must not become what the next message stands behind.
  await answering.log.headHint(chatId);
  const appending = answering.log.append(chatId, sendText("b"));
  const ours = (): Promise<number> => withMember(primary, (messages) => messages.countDocuments({ content: "b" }));
  // Long enough for it to be written behind the lost one, if it were.
  await until(async () => (await ours()) > 0, undefined, 1_500).catch(() => undefined);
  await primary.stop("SIGKILL");
  for (const other of others) await other.start();

  expect(await appending).toMatchObject({ outcome: "appended" });
  const { entries } = await store.log.page(chatId, { limit: 10 });
  expect(entries.map(({ seq, content }) => [seq, content])).toEqual([
    [1, "active"],
    [2, "a"],
    [3, "b"],
  ]);
});
