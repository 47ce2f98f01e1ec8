import { expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import {
  aBooking,
  anApprovedChat,
  ask,
  type Client,
  callAs,
  callAsService,
  collect,
  connect,
  until,
} from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { freezeService, ownMongodb } from "../support/own-services.ts";
import { runConsumers, type TestConsumers } from "../support/run-consumers.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, startNode, type TestNode } from "../support/start-node.ts";

// DESIGN "When something is away", MongoDB whole: connections stay, /readyz 503, all reads and writes `unavailable`, the
// consumers pause and commit nothing; goes on by itself. Chat node and consumers together, on one database.
type People = Awaited<ReturnType<typeof anApprovedChat>> & { owner: Client; seeker: Client };

const ways = {
  killed: async (mongodb: OwnService) => {
    await mongodb.stop("SIGKILL");
    return () => mongodb.start();
  },
  frozen: freezeService,
};

const opsOf = async ({ opsUrl }: TestNode, path: string): Promise<number> => (await fetch(`${opsUrl}/${path}`)).status;
const healthOf = async ({ url }: TestNode) => {
  const response = await fetch(`${url}/api/chat/health`);
  return [response.status, await response.json()];
};
const sendText = (chatId: string, clientMessageId: string) => ({
  chatId,
  type: "text",
  content: clientMessageId,
  clientMessageId,
});

/** Each read and write of a user and of the booking service, over both interfaces. */
const allCalls = async (node: TestNode, { owner, ownerId, chatId }: People): Promise<unknown[]> => {
  const path = `/api/chat/${chatId}`;
  const acks = [
    ask(owner, "join_chat", { chatId }),
    ask(owner, "send_message", sendText(chatId, "meanwhile")),
    ask(owner, "mark_read", { chatId }),
    ask(owner, "mark_delivered", { chatId, seq: 1 }),
  ].map(async (ack) => ((await ack)["error"] as { code?: string } | undefined)?.code ?? "ok");
  const responses = [
    callAs(node, ownerId, "GET", path),
    callAs(node, ownerId, "GET", `${path}/messages`),
    callAs(node, ownerId, "GET", `/api/chat/user/${ownerId}`),
    callAs(node, ownerId, "POST", `${path}/message`, { type: "text", content: "over REST" }),
    callAs(node, ownerId, "PUT", `${path}/read`),
    callAsService(node, "PUT", `${path}/status`, { status: "active" }),
    callAsService(node, "POST", "/api/chat/initiate", aBooking()),
  ].map(async (call) => {
    const { status, body } = await call;
    return status === 503 ? (body as { code?: string }).code : status;
  });
  return Promise.all([...acks, ...responses]);
};

const isDown = async (node: TestNode, consumers: TestConsumers): Promise<boolean> =>
  (await opsOf(node, "readyz")) === 503 && (await consumers.ops("readyz")).status === 503;
const isUp = async (node: TestNode, consumers: TestConsumers): Promise<boolean> =>
  (await opsOf(node, "readyz")) === 200 && (await consumers.ops("readyz")).status === 200;

const goesOn = async (how: keyof typeof ways): Promise<void> => {
  await using mongodb = await ownMongodb();
  await using kafka = await openTestKafka();
  const mongodbUri = databaseUri(uniqueName("away"), mongodb.address);
  await using node = await startNode({ MONGODB_URI: mongodbUri });
  await using consumers = await runConsumers(kafka, { mongodbUri });
  using people = await openPeople(node);
  const { owner, seeker, chatId, ownerId, seekerId } = people;
  const created = collect(seeker, "chat_created");
  const approve = approving(kafka, { ownerId, seekerId });
  await approve("before");
  await until(() => created.length === 1, "an approval before the outage");
  await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 1);

  const back = await ways[how](mongodb);
  await approve("meanwhile-1");
  await approve("meanwhile-2");
  await until(() => isDown(node, consumers), "the outage being noticed");
  expect(await allCalls(node, people)).toEqual(Array(11).fill("unavailable"));
  expect(await healthOf(node)).toEqual([
    503,
    { status: "unavailable", checks: { mongodb: "down", redis: "up", kafka: "up" } },
  ]);
  expect([await opsOf(node, "livez"), (await consumers.ops("livez")).status]).toEqual([200, 200]);
  await until(async () => (await consumers.metric("chat_kafka_pauses_total")) >= 2, "pauses");
  expect(await kafka.committedCount(kafka.topics.approved)).toBe(1);
  // What needs no database goes on, so nobody is sent away.
  expect(await ask(owner, "leave_chat", { chatId })).toEqual({ ok: true });
  expect(people.ended).toEqual([]);

  await back();
  await until(() => isUp(node, consumers), "both being ready");
  await until(() => created.length === 3, "the waiting approvals");
  await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 3);
  expect(created.map(({ bookingId }) => bookingId).toSorted()).toEqual(["before", "meanwhile-1", "meanwhile-2"]);
  await ask(owner, "join_chat", { chatId });
  const repeat = () => ask(owner, "send_message", sendText(chatId, "meanwhile"));
  const first = await repeat();
  expect(first).toMatchObject({ ok: true });
  expect(await repeat()).toEqual(first);
  const { body } = await callAs(node, seekerId, "GET", `/api/chat/${chatId}/messages`);
  const contents = (body["messages"] as { content: string }[]).map(({ content }) => content);
  expect(contents.filter((content) => content === "meanwhile")).toHaveLength(1);
  expect(await allCalls(node, people)).toEqual(["ok", "ok", "ok", "ok", 200, 200, 200, 201, 200, 200, 201]);
  expect(people.ended).toEqual([]);
};

const openPeople = async (node: TestNode) => {
  const chat = await anApprovedChat(node);
  const owner = await connect(node, chat.ownerId);
  const seeker = await connect(node, chat.seekerId);
  const ended: string[] = [];
  for (const socket of [owner, seeker]) {
    await ask(socket, "join_chat", chat.chatId);
    socket.on("disconnect", (why) => ended.push(why));
  }
  const end = (): void => [owner, seeker].forEach((socket) => void socket.disconnect());
  return { ...chat, owner, seeker, ended, [Symbol.dispose]: end };
};

const approving = (kafka: TestKafka, people: { ownerId: string; seekerId: string }) => (bookingId: string) =>
  kafka.publishEvent(kafka.topics.approved, { bookingId, ...people });

test.each(["killed", "frozen"] as const)(
  "with MongoDB %s connections stay, all reads and writes are `unavailable`, nothing is committed, and everything continues afterwards",
  goesOn,
  150_000,
);
