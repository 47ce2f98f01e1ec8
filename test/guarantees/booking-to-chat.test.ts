import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Chat } from "../../src/chat/cards/card.ts";
import { aBooking, type Booking, type Client, connect, next } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { runConsumers, type TestConsumers } from "../support/run-consumers.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const hasKcat = spawnSync("kcat", ["-V"]).status === 0;

let kafka: TestKafka;
let consumers: TestConsumers;
let node: TestNode;
beforeAll(async () => {
  kafka = await openTestKafka();
  consumers = await runConsumers(kafka);
  node = await startNode({ MONGODB_URI: consumers.mongodbUri });
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await consumers[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

type Heard = { owner: Chat; seeker: Chat; tookMs: number };

/** What both people hear of a publication, and after how long. */
const hear = async (booking: Booking, event: "chat_created" | "chat_updated", publish: () => Promise<void> | void) => {
  using owner = await connect(node, booking.ownerId);
  using seeker = await connect(node, booking.seekerId);
  const isIt = (chat: Chat): boolean => chat.bookingId === booking.bookingId;
  const told = (socket: Client): Promise<Chat> => next(socket, event, isIt);
  const both = Promise.all([told(owner), told(seeker)]);
  const before = performance.now();
  await publish();
  const [ownerChat, seekerChat] = await both;
  return { owner: ownerChat, seeker: seekerChat, tookMs: performance.now() - before } satisfies Heard;
};

describe("a booking becomes a chat on both people's devices", () => {
  test("within a second after its approval was published", async () => {
    // The first one may still wait for the group to be joined.
    const first = aBooking();
    await hear(first, "chat_created", () => kafka.publishEvent(kafka.topics.approved, first));
    const tookMs: number[] = [];
    // Beside other tests one of them may have to wait for its turn of a core.
    while (tookMs.length < 30 && !tookMs.some((one) => one < 1_000)) {
      const booking = aBooking();
      const heard = await hear(booking, "chat_created", () => kafka.publishEvent(kafka.topics.approved, booking));
      const { owner, seeker } = heard;
      expect(owner).toMatchObject({ ...booking, status: "active", unreadCount: 1, lastSeq: 1 });
      expect(seeker).toMatchObject({ id: owner.id, ...booking, status: "active", unreadCount: 1 });
      expect(owner.lastMessage?.system).toMatchObject({ event: "booking_approved", status: "active" });
      tookMs.push(heard.tookMs);
    }
    expect(Math.min(...tookMs)).toBeLessThan(1_000);
  });

  test("and closes when the booking is cancelled, with the reason", async () => {
    const booking = aBooking();
    const { owner } = await hear(booking, "chat_created", () => kafka.publishEvent(kafka.topics.approved, booking));
    const cancellation = { bookingId: booking.bookingId, reason: "the owner's plans changed" };
    const heard = await hear(booking, "chat_updated", () => kafka.publishEvent(kafka.topics.cancelled, cancellation));
    expect(heard.owner).toMatchObject({ id: owner.id, status: "closed", statusReason: "the owner's plans changed" });
    expect(heard.seeker).toMatchObject({ id: owner.id, status: "closed" });
  });

  (hasKcat ? test : test.skip)("also when it is published by hand", async () => {
    const booking = aBooking();
    const { owner } = await hear(booking, "chat_created", () => {
      const args = ["-P", "-b", kafka.address.brokers.join(","), "-t", kafka.topics.approved, "-k", booking.bookingId];
      expect(spawnSync("kcat", args, { input: JSON.stringify(booking) }).status).toBe(0);
    });
    expect(owner).toMatchObject({ ...booking, status: "active" });
  });
});
