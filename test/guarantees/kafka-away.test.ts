import { expect, test } from "@jest/globals";
import { type OwnService, provideKafka } from "../../local/services/provide-services.ts";
import {
  aBooking,
  anApprovedChat,
  ask,
  callAs,
  callAsService,
  collect,
  connect,
  until,
} from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { ownServiceOptions } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const ownKafka = (): Promise<OwnService> => provideKafka(ownServiceOptions({ how: "binary" }));

const healthOf = async ({ url }: TestNode) => {
  const response = await fetch(`${url}/api/chat/health`);
  return { httpStatus: response.status, ...((await response.json()) as { status: string; checks: object }) };
};

// DESIGN "When something is away", Kafka: all of chat and POST initiate; new approvals wait in the booking service's
// outbox; the consumers go on where they were.
test("with Kafka away all of chat and POST initiate work, and afterwards the consumers continue where they were", async () => {
  await using broker = await ownKafka();
  await using kafka = await openTestKafka({ brokers: broker.address, partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  await using node = await startNode({ MONGODB_URI: consumers.mongodbUri, KAFKA_BROKERS: broker.address });
  const { approved: topic } = kafka.topics;
  const applied = () => consumers.metric('chat_booking_events_total{outcome="applied",reason=""}');
  const known = () => consumers.metric('chat_booking_events_total{outcome="known",reason=""}');
  const before = Array.from({ length: 5 }, () => aBooking());
  for (const booking of before) await kafka.publishEvent(topic, booking);
  await until(async () => (await kafka.committedCount(topic)) === 5, "the events before the outage");

  await broker.stop("SIGKILL");
  await until(async () => (await healthOf(node)).status === "degraded", "the outage being noticed");
  expect(await healthOf(node)).toEqual({
    httpStatus: 200,
    status: "degraded",
    checks: { mongodb: "up", redis: "up", kafka: "down" },
  });
  expect((await fetch(`${node.opsUrl}/readyz`)).status).toBe(200);
  expect((await consumers.ops("livez")).status).toBe(200);

  const urgent = aBooking({ ownerId: before[0]?.ownerId ?? "", seekerId: before[0]?.seekerId ?? "" });
  using seeker = await connect(node, urgent.seekerId);
  const created = collect(seeker, "chat_created");
  expect((await callAsService(node, "POST", "/api/chat/initiate", urgent)).status).toBe(201);
  await until(() => created.length === 1);
  expect(created[0]).toMatchObject({ ...urgent, status: "active" });
  await allOfChatWorks(node);
  // The booking service keeps what it cannot publish.
  const outbox = [urgent, ...Array.from({ length: 5 }, () => aBooking())];
  await expect(kafka.publishEvent(topic, urgent)).rejects.toThrow();

  await broker.start();
  const publish = (booking: (typeof outbox)[number]) =>
    until(() => kafka.publishEvent(topic, booking).then(Boolean.bind(null, true), () => false), "publishing");
  for (const booking of outbox) await publish(booking);
  const last = outbox.at(-1)?.bookingId ?? "";
  await until(async () => (await log.chatOf(last)) !== null, "the waiting approvals");
  for (const { bookingId } of [...before, ...outbox]) {
    const chat = await log.chatOf(bookingId);
    expect([bookingId, chat?.card.status]).toEqual([bookingId, "active"]);
    expect(chat?.entries.filter(({ system }) => system?.silent !== true)).toHaveLength(1);
  }
  // None of those before it came again: the five, the five that waited, and the newer approval of the urgent one.
  expect([await applied(), await known()]).toEqual([11, 0]);
  await until(async () => (await healthOf(node)).status === "ok");
});

const allOfChatWorks = async (node: TestNode): Promise<void> => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  using owner = await connect(node, ownerId);
  using seeker = await connect(node, seekerId);
  const heard = collect(seeker, "receive_message");
  for (const socket of [owner, seeker]) expect(await ask(socket, "join_chat", chatId)).toMatchObject({ ok: true });
  expect(await ask(owner, "send_message", { chatId, type: "text", content: "hi" })).toMatchObject({ ok: true });
  await until(() => heard.some(({ content }) => content === "hi"));
  expect(await ask(seeker, "mark_delivered", { chatId, seq: 2 })).toMatchObject({ ok: true });
  expect(await ask(seeker, "mark_read", { chatId })).toMatchObject({ ok: true });
  expect(await ask(seeker, "typing", { chatId, isTyping: true })).toMatchObject({ ok: true });
  const path = `/api/chat/${chatId}`;
  expect((await callAs(node, seekerId, "GET", `${path}/messages`)).status).toBe(200);
  expect((await callAs(node, seekerId, "GET", `/api/chat/user/${seekerId}`)).status).toBe(200);
  expect((await callAs(node, ownerId, "POST", `${path}/message`, { type: "text", content: "ho" })).status).toBe(201);
  expect((await callAs(node, ownerId, "PUT", `${path}/status`, { status: "readonly" })).status).toBe(200);
};
