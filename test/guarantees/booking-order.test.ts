import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers, type TestConsumers, type TestLog } from "../support/run-consumers.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();

let kafka: TestKafka;
let consumers: TestConsumers;
let log: TestLog;
let published = 0;
beforeAll(async () => {
  kafka = await openTestKafka();
  consumers = await runConsumers(kafka);
  log = await openTestLog(consumers.mongodbUri);
});
afterAll(async () => {
  await consumers[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const publish = async (type: "approved" | "cancelled", bookingId: string, minute: number): Promise<void> => {
  const who = type === "approved" ? people : {};
  await kafka.publishEvent(kafka.topics[type], { bookingId, ...who, occurredAt: at(minute) });
  published += 1;
};
const handled = (): Promise<void> =>
  until(async () => {
    const { approved, cancelled } = kafka.topics;
    return (await kafka.committedCount(approved)) + (await kafka.committedCount(cancelled)) === published;
  });
const stateOf = async (bookingId: string) => {
  const chat = await log.chatOf(bookingId);
  const newest = chat?.entries.at(-1);
  return {
    status: chat?.card.status,
    participants: chat?.card.participants,
    bookingAt: newest?.state.bookingAt?.toISOString(),
    booking: newest?.state.booking,
  };
};

test("a cancellation that arrives before its approval leaves no open chat", async () => {
  await publish("cancelled", "early-cancel", 5);
  await handled();
  expect(await stateOf("early-cancel")).toMatchObject({ status: "closed", participants: null });
  await publish("approved", "early-cancel", 0);
  await handled();
  expect(await stateOf("early-cancel")).toMatchObject({ status: "closed", participants: people, bookingAt: at(5) });
});

test("a newer approval opens the same chat again", async () => {
  await publish("approved", "reopened", 0);
  await handled();
  const first = await log.chatOf("reopened");
  await publish("cancelled", "reopened", 1);
  await handled();
  await publish("approved", "reopened", 2);
  await handled();
  const chat = await log.chatOf("reopened");
  expect(chat?.card).toMatchObject({ id: first?.card.id, status: "active" });
  expect(chat?.entries.map(({ state }) => state.status)).toEqual(["active", "closed", "active"]);
});

test("of two events with the same time the cancellation wins, whichever arrives first", async () => {
  await publish("approved", "tie-approved-first", 0);
  await handled();
  await publish("cancelled", "tie-approved-first", 0);
  await publish("cancelled", "tie-cancelled-first", 0);
  await handled();
  await publish("approved", "tie-cancelled-first", 0);
  await handled();
  expect(await stateOf("tie-approved-first")).toMatchObject({ status: "closed" });
  expect(await stateOf("tie-cancelled-first")).toMatchObject({ status: "closed", participants: people });
});

/** A small generator with a seed, so that a failure can be had again. */
const createRandom = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};
const shuffled = <T>(items: T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

describe("ten changes of one booking", () => {
  const changes = Array.from({ length: 10 }, (_, minute) => ({
    type: minute % 2 === 0 ? ("approved" as const) : ("cancelled" as const),
    minute,
  }));

  test.each([1, 2, 3])("end the same in any order of arrival (seed %i)", async (seed) => {
    const random = createRandom(seed);
    const bookings = Array.from({ length: 20 }, (_, index) => `shuffled-${seed}-${index}`);
    await Promise.all(
      bookings.map(async (bookingId) => {
        const order = shuffled(changes, random);
        const some = shuffled(changes, random).slice(0, 4);
        for (const { type, minute } of [...order, ...some]) await publish(type, bookingId, minute);
      }),
    );
    await handled();
    for (const bookingId of bookings) {
      expect(await stateOf(bookingId)).toEqual({
        status: "closed",
        participants: people,
        booking: "cancelled",
        bookingAt: at(9),
      });
    }
  });
});
