import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { EventTopic } from "../../consumers/relay/event-publisher.ts";
import type { Acts } from "../../src/chat/acts/create-acts.ts";
import { aBooking, until } from "../support/chat-client.ts";
import type { EventReader } from "../support/chat-events.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { type TestStore, withDatabase } from "../support/open-test-store.ts";
import { openRelayGround, type RelayGround } from "../support/relay-ground.ts";
import { relayHasBegun, runRelay } from "../support/run-relay.ts";

// Whatever moment one relay ends at, and whatever happens before the next one begins: a consumer that drops repeated ids
// has one notice of what is unread, and none of what is read.
let kafka: TestKafka;
let ground: RelayGround;
let store: TestStore;
let topic: string;
let reader: EventReader;
let chats: Acts;
beforeAll(async () => {
  kafka = await openTestKafka();
});
afterAll(async () => kafka[Symbol.asyncDispose]());
beforeEach(async () => {
  ground = await openRelayGround(kafka);
  ({ store, topic, reader, chats } = ground);
});
afterEach(() => ground[Symbol.asyncDispose]());

const soon = { offlineMs: 2_000, onlineMs: 4_000 };
const later = { offlineMs: 6_000, onlineMs: 12_000 };
const relay = (options: Partial<Parameters<typeof runRelay>[0]> = {}) =>
  runRelay({ kafka, topic, mongodbUri: store.uri, delays: soon, ...options });

/** A chat that its seeker has read, but for the only message, which is the owner's. */
const anUnreadChat = async () => {
  const booking = aBooking();
  const occurredAt = new Date(Date.UTC(2026, 10, 22));
  const begun = await chats.applyBookingEvent({ type: "approved", ...booking, occurredAt });
  if (begun.outcome === "rejected") throw begun.error;
  const { id: chatId } = begun.card;
  await chats.markRead({ chatId, userId: booking.seekerId });
  await chats.sendMessage({ chatId, userId: booking.ownerId, message: { type: "text", content: "are you there?" } });
  return { chatId, ...booking };
};

type UnreadChat = Awaited<ReturnType<typeof anUnreadChat>>;

/** What came of one person's unread entries in a chat, repeats included. */
const notices = ({ chatId }: UnreadChat, userId: string) =>
  reader
    .all()
    .filter(
      (event) => event.subject === chatId && event.type === "chat.message_unread" && event.data.userId === userId,
    );

const noted = (chat: UnreadChat): Promise<void> =>
  withDatabase(store.uri, (client) =>
    until(
      async () => (await client.db().collection("unread_notices").findOne({ chatId: chat.chatId })) !== null,
      "the notice being noted",
    ),
  );

/** Whoever works behind it dies once it told of something unread: the topic has it, and nobody notes that. */
const endsBehindNotices = (through: EventTopic): EventTopic => ({
  ...through,
  publish: async (partition, events) => {
    await through.publish(partition, events);
    if (events.some(({ type }) => type === "chat.message_unread")) await new Promise(() => undefined);
  },
});

test("if a relay ends between publishing and noting it, the next one publishes the same event with the same id", async () => {
  const first = await relay({ through: endsBehindNotices });
  await relayHasBegun(store.uri, topic);
  const chat = await anUnreadChat();
  await until(() => notices(chat, chat.seekerId).length === 1, "the notice");
  await first[Symbol.asyncDispose]();

  await using _second = await relay();
  await until(() => notices(chat, chat.seekerId).length === 2, "the same once more");
  const [one, other] = notices(chat, chat.seekerId);
  expect(other?.id).toBe(one?.id);
  expect(other?.data).toEqual(one?.data);
  // Another chat's notice comes behind anything that could still come of this one.
  const next = await anUnreadChat();
  await until(() => notices(next, next.seekerId).length === 1, "another chat's notice");
  expect(notices(chat, chat.seekerId)).toHaveLength(2);
});

test("an entry that is read while no relay works causes no notice", async () => {
  const first = await relay({ delays: later });
  await relayHasBegun(store.uri, topic);
  const read = await anUnreadChat();
  const unread = await anUnreadChat();
  await Promise.all([noted(read), noted(unread)]);
  await first.stop(5_000);
  await first[Symbol.asyncDispose]();
  await chats.markRead({ chatId: read.chatId, userId: read.seekerId });
  await chats.drain(5_000);

  await using _second = await relay({ delays: later });
  await until(() => notices(unread, unread.seekerId).length === 1, "the notice of the other one");
  expect(notices(read, read.seekerId)).toEqual([]);
});

test("writing cancels a notice as reading does, and causes one for the other side", async () => {
  await using _relay = await relay({ delays: later });
  await relayHasBegun(store.uri, topic);
  const chat = await anUnreadChat();
  const { chatId, ownerId, seekerId } = chat;
  await noted(chat);
  await chats.sendMessage({ chatId, userId: seekerId, message: { type: "text", content: "I am" } });
  await until(() => notices(chat, ownerId).length === 1, "the owner's notice");
  // The approval was before the owner's own message, which read it.
  expect(notices(chat, ownerId)).toMatchObject([{ data: { unreadCount: 1, message: { content: "I am" } } }]);
  expect(notices(chat, seekerId)).toEqual([]);
});

test("a silent entry causes no notice", async () => {
  await using _relay = await relay({ delays: later });
  await relayHasBegun(store.uri, topic);
  const chat = await anUnreadChat();
  const { chatId, bookingId, ownerId, seekerId } = chat;
  await chats.markRead({ chatId, userId: seekerId });
  const occurredAt = new Date(Date.UTC(2026, 10, 23));
  await chats.applyBookingEvent({ type: "approved", bookingId, ownerId, seekerId, occurredAt });
  const next = await anUnreadChat();
  await until(() => notices(next, next.seekerId).length === 1, "another chat's notice");
  expect([...notices(chat, ownerId), ...notices(chat, seekerId)]).toEqual([]);
});
