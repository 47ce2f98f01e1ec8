import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { anApprovedChat, callAs, until } from "../support/chat-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { clientOf, online, shownIn, twoPeople } from "./clients.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode({ DELETE_WINDOW_S: "3600", EDIT_WINDOW_S: "3600" });
});
afterAll(() => node[Symbol.asyncDispose]());

test("two people talk: each sees both messages, once, in order, and how far they have got", async () => {
  await using talk = await twoPeople(node);
  const { chatId, owner, seeker, ofOwner, ofSeeker } = talk;
  expect(owner.connection.get().state).toBe("connecting");
  ofOwner.open();
  ofSeeker.open();
  await online(owner);
  await online(seeker);
  const { key, done } = ofOwner.send({ text: "Hello" });
  expect(ofOwner.view.get().items.at(-1)).toMatchObject({ key, message: { content: "Hello" } });
  const message = await done;
  expect(message).toMatchObject({ seq: 2, clientMessageId: key, content: "Hello" });
  expect(ofOwner.view.get().items.at(-1)).toMatchObject({ key, message });
  await ofSeeker.send({ text: "Hi" }).done;
  await until(() => ofOwner.view.get().completeTo === 3 && ofSeeker.view.get().completeTo === 3);
  ofSeeker.markRead();
  ofOwner.markRead();
  await until(() => ofOwner.view.get().items[1]?.state === "read" && ofSeeker.view.get().items[2]?.state === "read");
  expect(shownIn(ofOwner.view.get())).toEqual(["Hello: read", "Hi: received"]);
  expect(shownIn(ofSeeker.view.get())).toEqual(["Hello: received", "Hi: read"]);
  await until(() => owner.inbox.get().chats[0]?.lastSeq === 3);
  expect(owner.inbox.get()).toMatchObject({ loaded: true, unread: 0, hasMore: false, chats: [{ id: chatId }] });
  expect(owner.unsent.get()).toEqual({ count: 0 });
  expect(ofOwner.view.get()).toMatchObject({ otherOnline: true, otherTyping: false, may: { send: { ok: true } } });
});

test("typing, an edit and a deletion show at the other side, in place", async () => {
  await using talk = await twoPeople(node);
  const { seeker, ofOwner, ofSeeker } = talk;
  ofOwner.open();
  ofSeeker.open();
  await online(seeker);
  ofOwner.setTyping(true);
  await until(() => ofSeeker.view.get().otherTyping);
  await ofOwner.send({ text: "Helo" }).done;
  await until(() => shownIn(ofSeeker.view.get()).length === 1 && !ofSeeker.view.get().otherTyping);
  const before = ofSeeker.view.get().items[1]?.key;
  expect(ofOwner.view.get().items[1]?.may).toEqual({ edit: { ok: true }, remove: { ok: true } });
  expect(ofSeeker.view.get().items[1]?.may).toBeUndefined();
  await ofOwner.edit(2, "Hello");
  await until(() => shownIn(ofSeeker.view.get()).join() === "Hello: received");
  await ofOwner.remove(2);
  await until(() => "deleted" in (ofSeeker.view.get().items[1]?.message ?? {}));
  expect(ofSeeker.view.get().items[1]).toMatchObject({
    key: before,
    message: { content: "", deleted: { by: "sender" } },
  });
  expect(ofOwner.view.get().items[1]?.may).toMatchObject({ edit: { ok: false, code: "message_deleted" } });
  await expect(ofSeeker.edit(2, "mine")).rejects.toMatchObject({ code: "forbidden" });
  await ofSeeker.report({ seq: 2 }, "spam", "it was one");
  await ofSeeker.mute(new Date(Date.now() + 60_000));
  expect(ofSeeker.view.get().chat?.mutedUntil).not.toBeNull();
  expect(ofSeeker.view.get().completeTo).toBe(4);
});

test("who may not write is told why, and unread counts until it was shown", async () => {
  await using talk = await twoPeople(node);
  const { chatId, ownerId, seeker, ofOwner, ofSeeker } = talk;
  seeker.connect();
  await ofOwner.send({ text: "one" }).done;
  await ofOwner.send({ text: "two" }).done;
  await until(() => seeker.inbox.get().unread === 3);
  expect(ofSeeker.view.get()).toMatchObject({ items: [], completeTo: 0 });
  const release = ofSeeker.open();
  await until(() => ofSeeker.view.get().completeTo === 3);
  expect(ofSeeker.view.get()).toMatchObject({ unreadFrom: 1, hasOlder: false });
  ofSeeker.markRead(2);
  await until(() => ofSeeker.view.get().unreadFrom === 3);
  ofSeeker.markRead();
  await until(() => seeker.inbox.get().unread === 0);
  expect(ofSeeker.view.get().unreadFrom).toBeNull();
  await callAs(node, ownerId, "PUT", `/api/chat/${chatId}/status`, { status: "readonly" });
  await until(() => !ofSeeker.view.get().may.send.ok);
  expect(ofSeeker.view.get().may.send).toMatchObject({ code: "chat_not_active" });
  release();
  await until(() => ofSeeker.view.get().chat?.status === "readonly");
});

test("a chat that is not there says so, and a long one is loaded page by page", async () => {
  const { chatId, ownerId } = await anApprovedChat(node);
  await using owner = clientOf(node, ownerId);
  const nowhere = owner.chat("0".repeat(24));
  nowhere.open();
  await until(() => (nowhere.view.get().may.send as { code?: string }).code === "chat_not_found");
  const chat = owner.chat(chatId);
  expect(owner.chat(chatId)).toBe(chat);
  const sends = Array.from({ length: 120 }, (_, n) => chat.send({ text: `message ${n}` }));
  expect(owner.unsent.get().count).toBe(120);
  await Promise.all(sends.map(({ done }) => done));
  chat.open();
  await until(() => chat.view.get().completeTo === 121 && chat.view.get().items.length === 50);
  expect(chat.view.get()).toMatchObject({ hasOlder: true });
  await Promise.all([chat.loadOlder(), chat.loadOlder()]);
  expect(chat.view.get().items).toHaveLength(100);
  await chat.loadOlder(200);
  expect(chat.view.get()).toMatchObject({ hasOlder: false });
  expect(shownIn(chat.view.get())).toEqual(
    Array.from({ length: 120 }, (_, n) => expect.stringContaining(`message ${n}: `)),
  );
  // Asked for while the newest page is on its way.
  await using other = clientOf(node, ownerId);
  const early = other.chat(chatId);
  early.open();
  await until(() => other.connection.get().state !== "connecting");
  await early.loadOlder(100);
  expect(early.view.get().items.length).toBeGreaterThan(100);
});
