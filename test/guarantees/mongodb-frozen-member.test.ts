import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { ProvidedService } from "../../local/services/service.ts";
import { anApprovedChat, callAs, until } from "../support/chat-client.ts";
import { freeze, thaw } from "../support/freeze.ts";
import { openFrozenBroker } from "../support/frozen-broker.ts";
import { openTestKafka } from "../support/kafka.ts";
import { withDatabase } from "../support/open-test-store.ts";
import { ownReplicaSet } from "../support/own-replica-set.ts";
import { runConsumers } from "../support/run-consumers.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import type { ReplicaSet } from "../torture/replica-set.ts";

// A member that takes connections and never answers, wherever it stands in the address: what waits for it ends before what
// waits for the whole.
let set: ReplicaSet;
const mends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  set = await ownReplicaSet();
});
afterEach(async () => {
  for (const mend of mends.splice(0)) await mend();
  await set.primary();
});
afterAll(async () => set.close());

const frozen = async (member: ProvidedService): Promise<ProvidedService> => {
  const { pid = 0 } = member;
  await freeze(pid);
  mends.push(() => thaw(pid));
  return member;
};
const aSecondary = async (): Promise<ProvidedService> => {
  const primary = await set.primary();
  return set.members.find((member) => member !== primary) ?? primary;
};

/** An address of the set in which the given one stands first, with a database of its own. */
const uriWithFirst = (first: string): string => {
  const hosts = new Set([first, ...set.members.map(({ address }) => address)]);
  return `mongodb://${[...hosts].join(",")}/${uniqueName("frozen")}?replicaSet=rs0`;
};

const firstFrozen: Record<string, () => Promise<string>> = {
  "a frozen secondary": async () => (await frozen(await aSecondary())).address,
  "an address that takes connections and never answers": async () => {
    const silent = await openFrozenBroker();
    mends.push(async () => silent[Symbol.asyncDispose]());
    return silent.address;
  },
  // The others elect one of themselves meanwhile.
  "the frozen primary": async () => (await frozen(await set.primary())).address,
};

const send = (node: TestNode, { ownerId, chatId }: { ownerId: string; chatId: string }, content: string) =>
  callAs(node, ownerId, "POST", `/api/chat/${chatId}/message`, { type: "text", content, clientMessageId: content });

describe.each(Object.keys(firstFrozen))("with %s first in MONGODB_URI", (first) => {
  test("a node starts, creates chats and accepts messages", async () => {
    const uri = uriWithFirst((await firstFrozen[first]?.()) ?? "");
    await using node = await startNode({ MONGODB_URI: uri });
    const chat = await anApprovedChat(node);
    const sent = await Promise.all(Array.from({ length: 10 }, (_, n) => send(node, chat, `message ${n}`)));
    expect(sent.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect((await fetch(`${node.opsUrl}/readyz`)).status).toBe(200);
  });
});

test("consumers start with a frozen secondary and a silent address in MONGODB_URI, and make chats of approvals", async () => {
  const silent = await firstFrozen["an address that takes connections and never answers"]?.();
  await frozen(await aSecondary());
  await using kafka = await openTestKafka();
  await using consumers = await runConsumers(kafka, { mongodbUri: uriWithFirst(silent ?? "") });
  await kafka.publishEvent(kafka.topics.approved, { bookingId: uniqueName("b"), ownerId: "owner", seekerId: "seeker" });
  await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 1, "the approval being handled");
  expect((await consumers.ops("readyz")).status).toBe(200);
});

/** The pings that all members have answered since they started: another one may be the primary afterwards. */
const pingsAnswered = async (): Promise<number> => {
  const answered = set.members.map(({ address }) =>
    withDatabase(`mongodb://${address}/?directConnection=true`, async (client) => {
      const { metrics } = await client.db("admin").command({ serverStatus: 1 });
      return Number(metrics.commands.ping.total);
    }),
  );
  return (await Promise.all(answered)).reduce((sum, count) => sum + count, 0);
};

test("simultaneous readiness checks share a ping, with the database frozen or not", async () => {
  await using node = await startNode({ MONGODB_URI: uriWithFirst((await set.primary()).address) });
  // A connection each: one that is kept may be closed by the time a busy machine uses it again.
  const look = () => fetch(`${node.opsUrl}/readyz`, { headers: { connection: "close" } });
  const lookOften = () => Promise.all(Array.from({ length: 60 }, look));
  const before = await pingsAnswered();
  await lookOften();
  for (const member of set.members) await frozen(member);
  for (let round = 0; round < 3; round += 1) await lookOften();
  for (const mend of mends.splice(0)) await mend();
  await until(async () => (await look()).status === 200, "the node being ready again");
  expect((await pingsAnswered()) - before).toBeLessThan(50);
});
