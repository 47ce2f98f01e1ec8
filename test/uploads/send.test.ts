import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { messageSchema } from "../../src/contract/message.ts";
import { anApprovedChat, ask, callAs, callAsService, collect, connect, next, until } from "../support/chat-client.ts";
import { failNext, ownMongodb } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, startNode, startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";
import { aChatWithUploaders, aPicture, someBytes, uploaderOf, uploadSettings } from "../support/uploads.ts";

let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  nodes = await startTwoNodes(uploadSettings());
  ({ one, other } = nodes);
});
afterAll(() => nodes[Symbol.asyncDispose]());

const aChat = (node = one) => aChatWithUploaders(node);

const image = (id: string, more: object = {}) => ({ type: "image", attachment: { id }, ...more });
const lastSeqOf = async ({ chatId, ownerId }: { chatId: string; ownerId: string }): Promise<number> =>
  ((await callAs(one, ownerId, "GET", `/api/chat/${chatId}`)).body["chat"] as { lastSeq: number }).lastSeq;

describe("a message that names an upload", () => {
  test("shows the file to both people: live, in history and in the inbox", async () => {
    const chat = await aChat();
    const { chatId, ownerId, seekerId } = chat;
    using socket = await connect(one, ownerId);
    using seeker = await connect(other, seekerId);
    await ask(seeker, "join_chat", chatId);
    const file = await chat.owner.upload(someBytes(), { width: 40, height: 30 });
    const heard = next(seeker, "receive_message");
    const inbox = next(seeker, "chat_updated", ({ lastMessage }) => lastMessage?.type === "image");
    const { ok, message } = await ask(socket, "send_message", { chatId, ...image(file.id, { content: "the room" }) });
    expect({ ok, message }).toMatchObject({ ok: true, message: { seq: 2, content: "the room", attachment: file } });
    expect(file).toMatchObject({ width: 40, height: 30, state: "ready" });
    expect(messageSchema.parse(message)).toEqual(message);
    expect(await heard).toEqual(message);
    expect((await inbox).lastMessage).toEqual(message);
    const { body } = await callAs(other, seekerId, "GET", `/api/chat/${chatId}/messages`);
    expect((body["messages"] as unknown[]).at(-1)).toEqual(message);
  });

  test("may name it with everything that is known of it, in upper case, and as a file", async () => {
    const { owner } = await aChat();
    const file = await owner.upload();
    const upper = { ...file, id: file.id.toUpperCase(), name: "other" };
    const { status, body } = await owner.send({ type: "file", attachment: upper });
    expect([status, body.message.attachment]).toEqual([201, file]);
  });

  test("is refused while the upload is not complete, and nothing is written", async () => {
    const chat = await aChat();
    const { body } = await chat.owner.begin(aPicture(someBytes()));
    expect(await chat.owner.send(image(body.attachment.id))).toMatchObject({
      status: 409,
      body: { code: "upload_incomplete" },
    });
    expect(await lastSeqOf(chat)).toBe(1);
  });

  test.each([
    ["that is not there", async () => "0".repeat(24)],
    ["of the other person", async ({ seeker }: Awaited<ReturnType<typeof aChat>>) => (await seeker.upload()).id],
    ["of another chat", async () => (await (await aChat()).owner.upload()).id],
  ])("is refused for an upload %s, and nothing is written", async (_what, uploadOf) => {
    const chat = await aChat();
    const { status, body } = await chat.owner.send(image(await uploadOf(chat)));
    const errors = [{ path: "attachment.id", message: "an own upload in this chat" }];
    expect({ status, body }).toMatchObject({ status: 400, body: { code: "validation_failed", errors } });
    expect(await lastSeqOf(chat)).toBe(1);
  });

  test("is refused for an own upload in another chat of the same people", async () => {
    const chat = await aChat();
    const second = await anApprovedChat(one, { ...chat, bookingId: uniqueName("booking") });
    const { id } = await uploaderOf(one, chat.ownerId, second.chatId).upload();
    expect(await chat.owner.send(image(id))).toMatchObject({ status: 400, body: { code: "validation_failed" } });
  });

  test.each([
    ["an image of a document", { type: "image", mimeType: "application/pdf" }],
    ["a text", { type: "text", content: "x", mimeType: "image/jpeg" }],
  ])("is refused as %s", async (_what, { mimeType, ...message }) => {
    const { owner } = await aChat();
    const { id } = await owner.upload(someBytes(), { mimeType, name: "a" });
    const answer = await owner.send({ ...message, attachment: { id } });
    expect(answer).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    expect(answer.body.errors?.[0]?.path).toMatch(/^attachment/);
  });

  test.each([
    [{ id: "no-id" }, "attachment.id"],
    [{ id: 5 }, "attachment.id"],
    [{}, "attachment.url"],
    [{ url: "https://images.example.com/a.jpg", name: "a.jpg" }, "attachment.mimeType"],
    [{ url: "https://elsewhere.example/a.jpg", name: "a.jpg", mimeType: "image/jpeg", size: 1 }, "attachment.url"],
    ["a.jpg", "attachment"],
    [null, "attachment"],
  ])("with the attachment %j is refused at %s", async (attachment, path) => {
    const { owner } = await aChat();
    const { status, body } = await owner.send({ type: "image", attachment });
    expect([status, body.code, body.errors?.[0]?.path]).toEqual([400, "validation_failed", path]);
  });
});

describe("an upload is in one message only", () => {
  test("a second message is refused, with another clientMessageId and without one", async () => {
    const chat = await aChat();
    const { id } = await chat.owner.upload();
    expect((await chat.owner.send(image(id, { clientMessageId: "c-1" }))).status).toBe(201);
    const errors = [{ path: "attachment.id", message: "in another message already" }];
    for (const more of [{ clientMessageId: "c-2" }, {}]) {
      const answer = await chat.owner.send(image(id, more));
      expect(answer).toMatchObject({ status: 400, body: { code: "validation_failed", errors } });
    }
    expect(await lastSeqOf(chat)).toBe(2);
    expect((await chat.owner.send({ type: "text", content: "and on" })).body.message.seq).toBe(3);
  });

  test("of two messages at once on two nodes one is stored, and the other refused", async () => {
    const chat = await aChat();
    const there = uploaderOf(other, chat.ownerId, chat.chatId);
    const ids = await Promise.all(Array.from({ length: 10 }, async () => (await chat.owner.upload()).id));
    for (const id of ids) {
      const sends = [chat.owner, there].flatMap((person) => [person.send(image(id)), person.send(image(id))]);
      const answers = await Promise.all(sends);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400, 400, 400]);
    }
    expect(await lastSeqOf(chat)).toBe(1 + ids.length);
  });

  test("a repeat of the same clientMessageId is the same message, at once on two nodes, and after the chat was closed", async () => {
    const chat = await aChat();
    const there = uploaderOf(other, chat.ownerId, chat.chatId);
    const { id } = await chat.owner.upload();
    const message = image(id, { clientMessageId: "c-1", content: "once" });
    const answers = await Promise.all([chat.owner, there, chat.owner, there].map((person) => person.send(message)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 201]);
    await callAsService(one, "PUT", `/api/chat/${chat.chatId}/status`, { status: "closed" });
    for (const { body } of [...answers, await there.send(message)]) expect(body).toEqual(answers[0]?.body);
    expect(await lastSeqOf(chat)).toBe(3);
  });

  test("the same clientMessageId with another upload, or with another text, is a conflict", async () => {
    const { owner } = await aChat();
    const [first, second] = [await owner.upload(), await owner.upload()];
    await owner.send(image(first.id, { clientMessageId: "c-1" }));
    for (const message of [
      image(second.id, { clientMessageId: "c-1" }),
      image(first.id, { clientMessageId: "c-1", content: "x" }),
      { type: "file", attachment: { id: first.id }, clientMessageId: "c-1" },
    ]) {
      expect(await owner.send(message)).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
    }
    expect((await owner.send(image(second.id, { clientMessageId: "c-2" }))).status).toBe(201);
  });

  test("twenty sends at once over one socket keep their order, and one upload in two of them is refused", async () => {
    const chat = await aChat();
    using socket = await connect(one, chat.ownerId);
    await ask(socket, "join_chat", chat.chatId);
    const heard = collect(socket, "receive_message");
    const ids = await Promise.all(Array.from({ length: 19 }, async () => (await chat.owner.upload()).id));
    const named = [...ids.slice(0, 10), ids[0] ?? "", ...ids.slice(10)];
    const answers = await Promise.all(
      named.map((id) => ask(socket, "send_message", { chatId: chat.chatId, ...image(id) })),
    );
    expect(answers.flatMap(({ ok }, index) => (ok === true ? [] : [index]))).toEqual([10]);
    await until(() => heard.length === 19, "19 messages");
    const seqs = answers.flatMap(({ message }) => (message ? [(message as { seq: number }).seq] : []));
    expect(seqs).toEqual(Array.from({ length: 19 }, (_, index) => index + 2));
  });
});

describe("a write of such a message whose outcome is not known", () => {
  test.each([
    ["that did not land", { closeConnection: true }],
    ["that did land", { writeConcernError: { code: 64, errmsg: "waiting for replication timed out" } }],
  ])("%s is finished as one message", async (_what, how) => {
    await using mongod = await ownMongodb();
    const mongodbUri = databaseUri(uniqueName("uploads"), mongod.address);
    await using node = await startNode(uploadSettings({ MONGODB_URI: mongodbUri }));
    const chat = await aChat(node);
    const files = [await chat.owner.upload(), await chat.owner.upload()];
    for (const [index, { id }] of files.entries()) {
      await failNext(mongod.address, 3, { failCommands: ["insert"], ...how });
      const { status, body } = await chat.owner.send(image(id, index === 0 ? {} : { clientMessageId: "c-1" }));
      expect([status, body.message.seq]).toEqual([201, index + 2]);
    }
    const { body } = await callAs(node, chat.ownerId, "GET", `/api/chat/${chat.chatId}/messages`);
    expect(body["messages"]).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
  });
});

test("without a bucket a message that names an upload is refused, and addresses go on", async () => {
  await using off = await startNode();
  const chat = await aChat(off);
  expect(await chat.owner.send(image("0".repeat(24)))).toMatchObject({ status: 501, body: { code: "uploads_off" } });
  const attachment = { url: "https://images.example.com/a.jpg", name: "a.jpg", mimeType: "image/jpeg", size: 1 };
  expect((await chat.owner.send({ type: "image", attachment })).status).toBe(201);
});
