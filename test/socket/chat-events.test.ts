import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  aBooking,
  anApprovedChat,
  ask,
  callAs,
  callAsService,
  collect,
  connect,
  next,
  until,
} from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";

let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ one, other } = nodes);
});
afterAll(() => nodes[Symbol.asyncDispose]());

/** A chat whose owner is on one node and whose seeker on the other, both joined. */
const twoPeople = async () => {
  const chat = await anApprovedChat(one);
  const owner = await connect(one, chat.ownerId);
  const seeker = await connect(other, chat.seekerId);
  await ask(owner, "join_chat", { chatId: chat.chatId });
  await ask(seeker, "join_chat", { chatId: chat.chatId });
  return {
    ...chat,
    owner,
    seeker,
    [Symbol.dispose]: () => {
      owner.disconnect();
      seeker.disconnect();
    },
  };
};
const text = (chatId: string, content: string, more = {}) => ({ chatId, type: "text", content, ...more });

describe("an approved booking", () => {
  test("is told to every device of both, on every node, joined or not", async () => {
    const booking = aBooking();
    using owner = await connect(one, booking.ownerId);
    using tablet = await connect(other, booking.ownerId);
    using seeker = await connect(other, booking.seekerId);
    using stranger = await connect(one, uniqueName("stranger"));
    const heard = collect(stranger, "chat_created");
    const told = [owner, tablet, seeker].map((socket) => next(socket, "chat_created"));
    await anApprovedChat(one, booking);
    for (const chat of await Promise.all(told))
      expect(chat).toMatchObject({ ...booking, status: "active", unreadCount: 1 });
    expect(heard).toEqual([]);
  });
});

describe("join_chat", () => {
  test("answers with the chat and its newest entries, and the socket hears the same as chat_joined", async () => {
    const chat = await anApprovedChat(one);
    using owner = await connect(one, chat.ownerId);
    const joined = next(owner, "chat_joined");
    // A bare id is as good as an object with it.
    const { ok, ...answer } = await ask(owner, "join_chat", chat.chatId);
    expect(ok).toBe(true);
    expect(answer).toMatchObject({ chat: { id: chat.chatId, lastSeq: 1 }, messages: [{ seq: 1 }], hasMore: false });
    expect(await joined).toEqual(answer);
  });

  test("with afterSeq brings what was missed, page by page", async () => {
    using people = await twoPeople();
    for (let n = 0; n < 5; n += 1) await ask(people.owner, "send_message", text(people.chatId, `m${n}`));
    const page = { chatId: people.chatId, afterSeq: 2, limit: 3 };
    expect(await ask(people.seeker, "join_chat", page)).toMatchObject({
      messages: [{ seq: 3 }, { seq: 4 }, { seq: 5 }],
      hasMore: true,
    });
    expect(await ask(people.seeker, "join_chat", { ...page, afterSeq: 5 })).toMatchObject({
      messages: [{ seq: 6 }],
      hasMore: false,
    });
  });

  test("of a chat that is not mine, or not at all, is one and the same answer", async () => {
    const chat = await anApprovedChat(one);
    using stranger = await connect(one, uniqueName("stranger"));
    const notMine = await ask(stranger, "join_chat", { chatId: chat.chatId });
    expect(notMine).toEqual({ ok: false, error: { code: "chat_not_found", message: "There is no such chat." } });
    expect(await ask(stranger, "join_chat", { chatId: "f".repeat(24) })).toEqual(notMine);
    for (const event of ["send_message", "mark_read", "mark_delivered", "typing"]) {
      const payload = { ...text(chat.chatId, "x"), seq: 1, isTyping: true };
      expect(await ask(stranger, event, payload)).toEqual(notMine);
    }
  });

  test("while messages come in leaves no hole", async () => {
    const chat = await anApprovedChat(one);
    using owner = await connect(one, chat.ownerId);
    using seeker = await connect(other, chat.seekerId);
    const heard = collect(seeker, "receive_message");
    const sends = Array.from({ length: 60 }, (_, n) => ask(owner, "send_message", text(chat.chatId, `m${n}`)));
    const { messages } = (await ask(seeker, "join_chat", { chatId: chat.chatId })) as { messages: { seq: number }[] };
    await Promise.all(sends);
    // On a busy machine the page, which has 50, may come after more of them.
    const from = messages[0]?.seq ?? 1;
    const seqs = () => new Set([...messages, ...heard].map(({ seq }) => seq));
    const missing = () => Array.from({ length: 62 - from }, (_, at) => from + at).filter((seq) => !seqs().has(seq));
    await until(() => missing().length === 0, "all messages since the page");
  });
});

describe("send_message", () => {
  test("is acked with the message, and everybody in the chat hears it, the sender too", async () => {
    using people = await twoPeople();
    const heard = [people.owner, people.seeker].map((socket) => next(socket, "receive_message"));
    const { message } = await ask(
      people.owner,
      "send_message",
      text(people.chatId, " hello\u202E ", { clientMessageId: "c1" }),
    );
    expect(message).toMatchObject({
      seq: 2,
      senderId: people.ownerId,
      type: "text",
      content: "hello",
      clientMessageId: "c1",
    });
    expect(await Promise.all(heard)).toEqual([message, message]);
  });

  test("keeps one person's order everywhere, sent without waiting for acks", async () => {
    using people = await twoPeople();
    const [mine, theirs] = [collect(people.owner, "receive_message"), collect(people.seeker, "receive_message")];
    const sent = Array.from({ length: 50 }, (_, n) => `m${n}`);
    const sends = sent.flatMap((content) => [
      ask(people.owner, "send_message", text(people.chatId, content)),
      ask(people.seeker, "send_message", text(people.chatId, content)),
    ]);
    await Promise.all(sends);
    await until(() => mine.length >= 100 && theirs.length >= 100);
    for (const heard of [mine, theirs]) {
      const bySeq = heard.toSorted((a, b) => a.seq - b.seq);
      expect(bySeq.map(({ seq }) => seq)).toEqual(bySeq.map((_, index) => index + 2));
      for (const sender of [people.ownerId, people.seekerId]) {
        expect(bySeq.filter(({ senderId }) => senderId === sender).map(({ content }) => content)).toEqual(sent);
      }
    }
  });

  test("repeated is answered with the same message; with other content it is a conflict", async () => {
    using people = await twoPeople();
    const send = (content: string) =>
      ask(people.owner, "send_message", text(people.chatId, content, { clientMessageId: "c" }));
    const first = await send("once");
    expect(await send("once")).toEqual(first);
    expect(await send("twice")).toMatchObject({ ok: false, error: { code: "idempotency_conflict" } });
  });

  test("to a closed chat is refused, but what landed before is still answered", async () => {
    using people = await twoPeople();
    const send = (id: string) => ask(people.owner, "send_message", text(people.chatId, "hi", { clientMessageId: id }));
    const landed = await send("before");
    await callAsService(one, "PUT", `/api/chat/${people.chatId}/status`, { status: "closed" });
    expect(await send("after")).toMatchObject({ ok: false, error: { code: "chat_not_active" } });
    expect(await send("before")).toEqual(landed);
  });

  test("with an image of an allowed host has it beside the caption", async () => {
    using people = await twoPeople();
    const attachment = {
      url: "https://images.example.com/a.jpg",
      name: "a.jpg",
      mimeType: "image/jpeg",
      size: 10,
      width: 4,
      height: 3,
    };
    const heard = next(people.seeker, "receive_message");
    await ask(people.owner, "send_message", { chatId: people.chatId, type: "image", content: "the room", attachment });
    expect(await heard).toMatchObject({ type: "image", content: "the room", attachment });
    const foreign = { ...attachment, url: "https://evil.example/a.jpg" };
    expect(
      await ask(people.owner, "send_message", { chatId: people.chatId, type: "image", attachment: foreign }),
    ).toMatchObject({
      error: { code: "validation_failed", errors: [{ path: "attachment.url" }] },
    });
  });

  test("updates both inboxes, each with its own unread count", async () => {
    using people = await twoPeople();
    const isLast = (chat: { lastMessage: { content: string } | null }) => chat.lastMessage?.content === "news";
    const told = [next(people.owner, "chat_updated", isLast), next(people.seeker, "chat_updated", isLast)];
    await ask(people.owner, "send_message", text(people.chatId, "news"));
    const [owners, seekers] = await Promise.all(told);
    expect(owners).toMatchObject({ lastSeq: 2, unreadCount: 0, read: { [people.ownerId]: { seq: 2 } } });
    expect(seekers).toMatchObject({ lastSeq: 2, unreadCount: 2 });
  });
});

describe("receipts", () => {
  test("of reading go to the chat once, clear the unread count and never move back", async () => {
    using people = await twoPeople();
    for (const content of ["a", "b"]) await ask(people.owner, "send_message", text(people.chatId, content));
    const heard = collect(people.owner, "messages_read");
    const cleared = next(people.seeker, "chat_updated", ({ unreadCount }) => unreadCount === 0);
    const { read } = await ask(people.seeker, "mark_read", { chatId: people.chatId });
    expect(read).toEqual({ userId: people.seekerId, seq: 3, at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) });
    await cleared;
    expect(await ask(people.seeker, "mark_read", { chatId: people.chatId, seq: 1 })).toMatchObject({ read });
    expect(await ask(people.seeker, "mark_read", { chatId: people.chatId, seq: 9_999 })).toMatchObject({ read });
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ chatId: people.chatId, ...(read as object) }]);
  });

  test("of delivery go to the chat, and reading counts as delivery", async () => {
    using people = await twoPeople();
    await ask(people.owner, "send_message", text(people.chatId, "a"));
    const heard = next(people.owner, "messages_delivered");
    const { delivered } = await ask(people.seeker, "mark_delivered", { chatId: people.chatId, seq: 2 });
    expect(await heard).toEqual({ chatId: people.chatId, ...(delivered as object) });
    await ask(people.owner, "send_message", text(people.chatId, "b"));
    await ask(people.seeker, "mark_read", { chatId: people.chatId });
    expect(await ask(people.seeker, "mark_delivered", { chatId: people.chatId, seq: 2 })).toMatchObject({
      delivered: { seq: 3 },
    });
  });
});

describe("typing", () => {
  test("is heard by the other side, and ends on sending", async () => {
    using people = await twoPeople();
    const own = collect(people.owner, "user_typing");
    const began = next(people.seeker, "user_typing");
    await ask(people.owner, "typing", { chatId: people.chatId, isTyping: true });
    expect(await began).toEqual({ chatId: people.chatId, userId: people.ownerId, isTyping: true });
    const ended = next(people.seeker, "user_typing", ({ isTyping }) => !isTyping);
    await ask(people.owner, "send_message", text(people.chatId, "done"));
    await ended;
    expect(own).toEqual([]);
  });

  test("ends by itself after seven seconds", async () => {
    using people = await twoPeople();
    await ask(people.owner, "typing", { chatId: people.chatId, isTyping: true });
    const began = Date.now();
    await next(people.seeker, "user_typing", ({ isTyping }) => !isTyping);
    expect(Date.now() - began).toBeGreaterThan(6_000);
  });

  test.each(["a disconnect", "leaving", "sending over REST", "the chat's close"])("ends with %s", async (how) => {
    using people = await twoPeople();
    await ask(people.owner, "typing", { chatId: people.chatId, isTyping: true });
    const ended = next(people.seeker, "user_typing", ({ userId, isTyping }) => userId === people.ownerId && !isTyping);
    if (how === "leaving") await ask(people.owner, "leave_chat", { chatId: people.chatId });
    else if (how === "a disconnect") people.owner.disconnect();
    else if (how === "sending over REST")
      await callAs(other, people.ownerId, "POST", `/api/chat/${people.chatId}/message`, { type: "text", content: "x" });
    else await callAsService(other, "PUT", `/api/chat/${people.chatId}/status`, { status: "closed" });
    await ended;
  });

  // The node of the one who types wrote into the chat itself, and only heard of its close.
  test.each(["readonly", "closed"])("is refused in a chat that was made %s on another node", async (status) => {
    using people = await twoPeople();
    await ask(people.owner, "send_message", text(people.chatId, "said"));
    await callAsService(other, "PUT", `/api/chat/${people.chatId}/status`, { status });
    await until(async () => {
      const answer = await ask(people.owner, "typing", { chatId: people.chatId, isTyping: true });
      return (answer["error"] as { code: string } | undefined)?.code === "chat_not_active";
    });
  });
});

describe("leave_chat", () => {
  test("ends the live messages of that chat for that socket", async () => {
    using people = await twoPeople();
    const heard = collect(people.seeker, "receive_message");
    expect(await ask(people.seeker, "leave_chat", { chatId: people.chatId })).toEqual({ ok: true });
    const updated = next(people.seeker, "chat_updated", ({ lastSeq }) => lastSeq === 2);
    await ask(people.owner, "send_message", text(people.chatId, "unheard"));
    await updated;
    expect(heard).toEqual([]);
  });
});

describe("presence", () => {
  test("of the first connection and of the last one is told to those who share a chat", async () => {
    const chat = await anApprovedChat(one);
    using owner = await connect(one, chat.ownerId);
    const came = next(owner, "presence", ({ userId, online }) => userId === chat.seekerId && online);
    const phone = await connect(other, chat.seekerId);
    const laptop = await connect(one, chat.seekerId);
    expect(await came).toEqual({ userId: chat.seekerId, online: true, lastSeenAt: null });
    const heard = collect(owner, "presence");
    phone.disconnect();
    const joined = next(owner, "presence");
    await ask(owner, "join_chat", { chatId: chat.chatId });
    expect(await joined).toMatchObject({ userId: chat.seekerId, online: true });
    expect(heard.filter(({ online }) => !online)).toEqual([]);
    const went = next(owner, "presence", ({ online }) => !online);
    laptop.disconnect();
    expect(await went).toEqual({ userId: chat.seekerId, online: false, lastSeenAt: expect.stringMatching(/Z$/) });
  });
});
