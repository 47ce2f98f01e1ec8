import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Acts } from "../../src/chat/acts/create-acts.ts";
import { aBooking, type Booking, until } from "../support/chat-client.ts";
import { type EventReader, readEvents, sentSeqs, toldOf } from "../support/chat-events.ts";
import { headersOf, openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestStore, type TestStore } from "../support/open-test-store.ts";
import { chatOn, runRelay, type TestRelay } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";

let kafka: TestKafka;
let store: TestStore;
let relay: TestRelay;
let reader: EventReader;
let chats: Acts;
beforeAll(async () => {
  kafka = await openTestKafka();
  store = await openTestStore();
  const topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
  relay = await runRelay({ kafka, topic, mongodbUri: store.uri });
  reader = await readEvents(kafka, topic);
  chats = chatOn(store);
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await reader[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 10, minute));

const approve = async (booking: Booking, minute = 0): Promise<string> => {
  const result = await chats.applyBookingEvent({ type: "approved", ...booking, occurredAt: at(minute) });
  if (result.outcome === "rejected") throw result.error;
  return result.card.id;
};
const cancel = async ({ bookingId }: Booking, minute: number): Promise<void> => {
  await chats.applyBookingEvent({ type: "cancelled", bookingId, occurredAt: at(minute), reason: "sold" });
};
const send = (chatId: string, userId: string, content: string) =>
  chats.sendMessage({ chatId, userId, message: { type: "text", content } });
const types = (chatId: string): string[] => reader.of(chatId).map(({ type }) => type);

describe("what happens in a chat is published on chat.events", () => {
  test("its beginning, its messages and its end, in their order, under its own key", async () => {
    const booking = aBooking();
    const chatId = await approve(booking);
    await send(chatId, booking.ownerId, "hello");
    await send(chatId, booking.seekerId, "good day");
    await cancel(booking, 5);
    await toldOf(reader, chatId, 4);
    expect(types(chatId)).toEqual([
      "chat.created",
      "chat.message_sent",
      "chat.message_sent",
      "chat.message_sent",
      "chat.status_changed",
      "chat.message_sent",
    ]);
    expect(sentSeqs(reader.of(chatId))).toEqual([1, 2, 3, 4]);
    const [created, , hello] = reader.of(chatId);
    expect(created).toMatchObject({
      specversion: "1.0",
      subject: chatId,
      data: { chat: { id: chatId, ...booking, status: "active", lastSeq: 1, lastMessage: { seq: 1 } } },
    });
    expect(created?.data).not.toHaveProperty("chat.unreadCount");
    expect(hello).toMatchObject({
      data: {
        chat: { id: chatId, ...booking, status: "active" },
        message: { seq: 2, senderId: booking.ownerId, content: "hello" },
      },
    });
    // Writing reads all that came before: the marks are those of the log, however far the card is.
    const read = { [booking.ownerId]: { seq: 2 }, [booking.seekerId]: { seq: 3 } };
    expect(reader.of(chatId).at(-2)).toMatchObject({
      data: { chat: { status: "closed", statusReason: "sold", read } },
    });
    const records = reader.records.filter(({ key }) => key?.toString() === chatId);
    expect(records.map(headersOf)).toContainEqual({ "content-type": "application/cloudevents+json" });
  });

  test("explicit read marks, and not the reading that writing implies", async () => {
    const booking = aBooking();
    const chatId = await approve(booking);
    await send(chatId, booking.ownerId, "one");
    await send(chatId, booking.ownerId, "two");
    await chats.markRead({ chatId, userId: booking.seekerId, seq: 2 });
    await chats.markRead({ chatId, userId: booking.seekerId, seq: 1 });
    await chats.markRead({ chatId, userId: booking.seekerId });
    await send(chatId, booking.seekerId, "three");
    await chats.markRead({ chatId, userId: booking.ownerId });
    await until(() => reader.count(chatId, "chat.message_read") >= 3);
    const read = reader.of(chatId).flatMap((event) => (event.type === "chat.message_read" ? [event.data] : []));
    expect(read).toEqual([
      { chatId, bookingId: booking.bookingId, userId: booking.seekerId, seq: 2, at: expect.any(String) },
      { chatId, bookingId: booking.bookingId, userId: booking.seekerId, seq: 3, at: expect.any(String) },
      { chatId, bookingId: booking.bookingId, userId: booking.ownerId, seq: 4, at: expect.any(String) },
    ]);
  });

  test("a chat whose cancellation came first, as soon as it has its people, from its first entry on", async () => {
    const booking = aBooking();
    await cancel(booking, 5);
    const chatId = await approve(booking, 1);
    await toldOf(reader, chatId, 1);
    expect(types(chatId)).toEqual(["chat.created", "chat.message_sent"]);
    expect(reader.of(chatId)[0]).toMatchObject({ data: { chat: { ...booking, status: "closed" } } });
    await approve(booking, 9);
    await toldOf(reader, chatId, 2);
    expect(types(chatId).slice(2)).toEqual(["chat.status_changed", "chat.message_sent"]);
  });

  test("silent entries are not told", async () => {
    const booking = aBooking();
    const chatId = await approve(booking);
    await approve(booking, 3);
    await send(chatId, booking.ownerId, "hello");
    await toldOf(reader, chatId, 2);
    expect(sentSeqs(reader.of(chatId))).toEqual([1, 3]);
  });
});

test("a card that nobody wrote is brought up to its log", async () => {
  const { card } = await store.cards.open(uniqueName("booking"), { ownerId: "owner", seekerId: "seeker" });
  await store.log.append(card.id, (head) => ({
    append: {
      type: "text",
      senderId: "owner",
      content: "a node died here",
      state: { ...head.state, counted: 1, shownSeq: 1, sent: { ...head.state.sent, owner: { seq: 1, counted: 1 } } },
    },
  }));
  await until(async () => (await store.cards.find(card.id))?.lastSeq === 1, "the card being mended");
  expect(await store.cards.find(card.id)).toMatchObject({ lastMessage: { content: "a node died here" } });
  await until(async () => (await relay.metric("chat_cards_mended_total")) >= 1, "its being counted");
});
