import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Acts } from "../../src/chat/acts/create-acts.ts";
import { aBooking, until } from "../support/chat-client.ts";
import type { EventReader } from "../support/chat-events.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { type TestStore, withDatabase } from "../support/open-test-store.ts";
import { openRelayGround, type RelayGround } from "../support/relay-ground.ts";
import { relayHasBegun, runRelay } from "../support/run-relay.ts";

// CONTRACT, PUT /api/chat/:chatId/mute: no `chat.message_unread` until then, whatever relay works.
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

const delays = { offlineMs: 2_000, onlineMs: 4_000 };
const relay = () => runRelay({ kafka, topic, mongodbUri: store.uri, delays });
const inMs = (ms: number): Date => new Date(Date.now() + ms);

/** A chat that both have read. */
const aReadChat = async () => {
  const booking = aBooking();
  const begun = await chats.applyBookingEvent({ type: "approved", ...booking, occurredAt: new Date() });
  if (begun.outcome === "rejected") throw begun.error;
  const { id: chatId } = begun.card;
  for (const userId of [booking.ownerId, booking.seekerId]) await chats.markRead({ chatId, userId });
  return { chatId, ...booking };
};
type ReadChat = Awaited<ReturnType<typeof aReadChat>>;

const say = (chatId: string, userId: string, content: string) =>
  chats.sendMessage({ chatId, userId, message: { type: "text", content } });
const mute = ({ chatId, seekerId }: ReadChat, time: Date | null) =>
  chats.mute({ chatId, userId: seekerId, until: time });

const notices = ({ chatId }: ReadChat, userId: string) =>
  reader
    .all()
    .filter(
      (event) => event.subject === chatId && event.type === "chat.message_unread" && event.data.userId === userId,
    );
const noticed = (chat: ReadChat, userId = chat.seekerId) =>
  until(() => notices(chat, userId).length > 0, "the notice of a chat");

/** Waits until the relay has looked at the notice of a chat that is muted for hours, and put it off. */
const isPutOff = ({ chatId }: ReadChat): Promise<void> =>
  withDatabase(store.uri, (client) =>
    until(async () => {
      const found = await client.db().collection("unread_notices").findOne({ chatId, role: "seeker" });
      return found?.["checkAt"] >= inMs(600_000);
    }, "the notice being put off"),
  );

/** A whole life of another chat's notice: by then the relay has told whatever it had to tell. */
const anothersNotice = async (): Promise<void> => {
  const chat = await aReadChat();
  await say(chat.chatId, chat.ownerId, "not muted");
  await noticed(chat);
};

test("what is unread when the mute has passed is noticed then, in one notice", async () => {
  await using _relay = await relay();
  await relayHasBegun(store.uri, topic);
  const chat = await aReadChat();
  const end = inMs(20_000);
  await mute(chat, end);
  await say(chat.chatId, chat.ownerId, "one");
  await say(chat.chatId, chat.ownerId, "two");
  await noticed(chat);
  const [notice] = notices(chat, chat.seekerId);
  expect(notice?.data).toMatchObject({ unreadCount: 2, message: { content: "two" } });
  expect(Date.parse(notice?.time ?? "")).toBeGreaterThanOrEqual(end.getTime());
  await anothersNotice();
  expect(notices(chat, chat.seekerId)).toHaveLength(1);
});

test("only the one who muted gets no notice", async () => {
  await using _relay = await relay();
  await relayHasBegun(store.uri, topic);
  const chat = await aReadChat();
  await mute(chat, inMs(7_200_000));
  await say(chat.chatId, chat.ownerId, "are you there?");
  await say(chat.chatId, chat.seekerId, "I am, but busy");
  await say(chat.chatId, chat.ownerId, "as am I");
  await say(chat.chatId, chat.seekerId, "then later");
  await noticed(chat, chat.ownerId);
  await say(chat.chatId, chat.ownerId, "good");
  await isPutOff(chat);
  await anothersNotice();
  expect(notices(chat, chat.seekerId)).toEqual([]);
});

test("muting holds back a notice that waits already, and taking it back brings the notice soon", async () => {
  await using _relay = await relay();
  await relayHasBegun(store.uri, topic);
  const chat = await aReadChat();
  const sent = await say(chat.chatId, chat.ownerId, "one");
  await mute(chat, inMs(7_200_000));
  await isPutOff(chat);
  await anothersNotice();
  expect(notices(chat, chat.seekerId)).toEqual([]);
  await mute(chat, null);
  await noticed(chat);
  expect(notices(chat, chat.seekerId)).toMatchObject([
    { data: { unreadCount: 1, message: { seq: sent.message.seq } } },
  ]);
});

test("the next relay goes on waiting, and what was read meanwhile is not noticed", async () => {
  const first = await relay();
  await relayHasBegun(store.uri, topic);
  const [unread, read] = [await aReadChat(), await aReadChat()];
  for (const chat of [unread, read]) {
    await mute(chat, inMs(7_200_000));
    await say(chat.chatId, chat.ownerId, "one");
  }
  for (const chat of [unread, read]) await isPutOff(chat);
  await first[Symbol.asyncDispose]();
  await chats.markRead({ chatId: read.chatId, userId: read.seekerId });
  const end = inMs(10_000);
  for (const chat of [unread, read]) await mute(chat, end);

  await using _second = await relay();
  await noticed(unread);
  expect(Date.parse(notices(unread, unread.seekerId)[0]?.time ?? "")).toBeGreaterThanOrEqual(end.getTime());
  await anothersNotice();
  expect(notices(read, read.seekerId)).toEqual([]);
});

test("a mute that ended while no relay worked is noticed by the next one", async () => {
  const first = await relay();
  await relayHasBegun(store.uri, topic);
  const chat = await aReadChat();
  await mute(chat, inMs(7_200_000));
  await say(chat.chatId, chat.ownerId, "one");
  await isPutOff(chat);
  await first[Symbol.asyncDispose]();
  await mute(chat, null);

  await using _second = await relay();
  await noticed(chat);
  expect(notices(chat, chat.seekerId)).toHaveLength(1);
});

test("nothing on the topic says who has muted a chat", async () => {
  await using _relay = await relay();
  await relayHasBegun(store.uri, topic);
  const chat = await aReadChat();
  await mute(chat, new Date("2999-12-31T00:00:00Z"));
  const { chatId } = chat;
  expect((await chats.mute({ chatId, userId: chat.ownerId, until: null })).mutedUntil).toBeNull();
  await chats.changeStatus({ chatId, actor: { kind: "service" }, change: { status: "closed" } });
  await until(() => reader.count(chatId, "chat.status_changed") > 0, "the event");
  // As they came: the schema leaves out what it does not know.
  expect(reader.records.map(({ value }) => String(value)).join("\n")).not.toMatch(/muted|2999/i);
});
