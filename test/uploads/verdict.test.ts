import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Message } from "../../src/chat/log/entry.ts";
import { openS3 } from "../../src/files/s3.ts";
import { ask, callAs, callAsService, collect, connect, next, until } from "../support/chat-client.ts";
import { startNode, startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";
import {
  aChatWithUploaders,
  aPicture,
  someBytes,
  uploadConfig,
  uploaderOf,
  uploadSettings,
} from "../support/uploads.ts";

let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  nodes = await startTwoNodes(uploadSettings({ ATTACHMENT_SCAN: "required" }));
  ({ one, other } = nodes);
});
afterAll(() => nodes[Symbol.asyncDispose]());

const aChat = (node = one) => aChatWithUploaders(node);

const judge = (node: Pick<TestNode, "url">, id: string, verdict: unknown) =>
  callAsService(node, "PUT", `/api/chat/attachments/${id}/verdict`, { verdict });
const image = (id: string, more: object = {}) => ({ type: "image", attachment: { id }, ...more });

/** The state that history and the inbox show. */
const shownStates = async ({ chatId, ownerId }: { chatId: string; ownerId: string }) => {
  const { body } = await callAs(one, ownerId, "GET", `/api/chat/${chatId}/messages`);
  const message = (body["messages"] as Message[]).at(-1);
  const { body: found } = await callAs(one, ownerId, "GET", `/api/chat/${chatId}`);
  const { lastMessage } = found["chat"] as { lastMessage: Message };
  const stateOf = ({ attachment }: Partial<Message> = {}) =>
    attachment && "id" in attachment ? attachment.state : undefined;
  return [stateOf(message), stateOf(lastMessage)];
};

/** The card is a copy, which follows a tenth of a second later. */
const untilShown = (chat: { chatId: string; ownerId: string }, state: string): Promise<void> =>
  until(async () => (await shownStates(chat)).every((shown) => shown === state), `${state} everywhere`);

/** Whether the store has the file, where it stays. */
const isStored = async (id: string): Promise<boolean> =>
  (await openS3(uploadConfig().store).call({ method: "HEAD", key: `files/${id}`, limitMs: 60_000 })).status === 200;

describe("a file that waits for a scanner", () => {
  test("may be sent and not be read; when it is clean both people hear it, and read it", async () => {
    const chat = await aChat();
    using owner = await connect(one, chat.ownerId);
    using seeker = await connect(other, chat.seekerId);
    for (const socket of [owner, seeker]) await ask(socket, "join_chat", chat.chatId);
    const file = await chat.owner.upload();
    expect(file.state).toBe("scanning");
    const { body: sent } = await chat.owner.send(image(file.id, { content: "the room" }));
    expect(sent.message.attachment).toEqual(file);
    for (const person of [chat.owner, chat.seeker]) {
      const { status, body } = await person.read(file.id);
      expect([status, body.code, body.url]).toEqual([409, "upload_incomplete", undefined]);
    }
    const heard = [next(owner, "message_changed"), next(seeker, "message_changed")];
    const inbox = next(seeker, "chat_updated", ({ lastMessage }) => lastMessage?.seq === sent.message.seq);
    const ready = { ...file, state: "ready" };
    expect(await judge(other, file.id, "clean")).toEqual({ status: 200, body: { attachment: ready } });
    for (const changed of await Promise.all(heard)) expect(changed).toEqual({ ...sent.message, attachment: ready });
    expect((await inbox).updatedAt).toBe(sent.message.createdAt);
    await untilShown(chat, "ready");
    expect((await chat.seeker.read(file.id)).status).toBe(200);
    expect(await judge(one, file.id, "clean")).toEqual({ status: 200, body: { attachment: ready } });
  });

  test("that is infected is rejected for good: nobody reads it, and it is gone from the store", async () => {
    const chat = await aChat();
    using seeker = await connect(other, chat.seekerId);
    await ask(seeker, "join_chat", chat.chatId);
    const file = await chat.owner.upload();
    await chat.owner.send(image(file.id));
    expect(await isStored(file.id)).toBe(true);
    const heard = next(seeker, "message_changed");
    const rejected = { ...file, state: "rejected" };
    expect(await judge(one, file.id, "infected")).toEqual({ status: 200, body: { attachment: rejected } });
    expect((await heard).attachment).toEqual(rejected);
    expect(await isStored(file.id)).toBe(false);
    for (const verdict of ["clean", "infected"]) {
      expect(await judge(other, file.id, verdict)).toEqual({ status: 200, body: { attachment: rejected } });
    }
    expect(await chat.seeker.read(file.id)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect((await chat.owner.complete(file.id)).body).toEqual({ attachment: rejected });
    await untilShown(chat, "rejected");
  });

  test("and was judged before it is sent shows that, and is not sent if it is infected", async () => {
    const { owner } = await aChat();
    const [clean, infected] = [await owner.upload(), await owner.upload()];
    await judge(one, clean.id, "clean");
    await judge(one, infected.id, "infected");
    expect((await owner.send(image(clean.id))).body.message.attachment).toEqual({ ...clean, state: "ready" });
    const errors = [{ path: "attachment.id", message: "a scanner found something in it" }];
    expect(await owner.send(image(infected.id))).toMatchObject({
      status: 400,
      body: { code: "validation_failed", errors },
    });
  });

  test("a repeat of a send is the same message, also after the file was rejected", async () => {
    const { owner } = await aChat();
    const file = await owner.upload();
    const message = image(file.id, { clientMessageId: "c-1" });
    const { body } = await owner.send(message);
    await judge(one, file.id, "infected");
    const rejected = { message: { ...body.message, attachment: { ...file, state: "rejected" } } };
    expect(await owner.send(message)).toEqual({ status: 200, body: rejected });
  });
});

describe("a verdict", () => {
  test("may come for a file that is ready already", async () => {
    await using open = await startNode(uploadSettings({ MONGODB_URI: one.config.mongodbUri }));
    const chat = await aChat(open);
    const file = await chat.owner.upload();
    expect(file.state).toBe("ready");
    await chat.owner.send(image(file.id));
    const { body } = await chat.seeker.read(file.id);
    await judge(open, file.id, "infected");
    expect((await fetch(body.url)).status).toBe(404);
    await untilShown(chat, "rejected");
  });

  test("at the very moment of the send is what history and the inbox show in the end", async () => {
    const chat = await aChat();
    const there = uploaderOf(other, chat.ownerId, chat.chatId);
    for (const [index, verdict] of ["clean", "infected", "clean", "infected", "clean", "infected"].entries()) {
      const file = await chat.owner.upload();
      const [sent] = await Promise.all([
        (index % 2 === 0 ? chat.owner : there).send(image(file.id)),
        judge(one, file.id, verdict),
      ]);
      if (sent.status !== 201) continue;
      const state = verdict === "clean" ? "ready" : "rejected";
      await untilShown(chat, state);
    }
  });

  test("of both kinds at once ends as rejected everywhere", async () => {
    const chat = await aChat();
    for (let round = 0; round < 5; round += 1) {
      const file = await chat.owner.upload();
      await chat.owner.send(image(file.id));
      const verdicts = ["clean", "infected", "clean", "infected"];
      await Promise.all(verdicts.map((verdict, index) => judge(index < 2 ? one : other, file.id, verdict)));
      await untilShown(chat, "rejected");
    }
  });

  test("is the service's alone, one of two words, and of a file that is there and complete", async () => {
    const { owner, ownerId, seekerId } = await aChat();
    const { body: begun } = await owner.begin(aPicture(someBytes()));
    const file = await owner.upload();
    const path = `/api/chat/attachments/${file.id}/verdict`;
    for (const userId of [ownerId, seekerId]) {
      expect((await callAs(one, userId, "PUT", path, { verdict: "clean" })).status).toBe(401);
    }
    for (const verdict of ["dirty", null, undefined, 1]) {
      expect(await judge(one, file.id, verdict)).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    }
    for (const id of ["0".repeat(24), "no-id"]) {
      expect(await judge(one, id, "clean")).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
    expect(await judge(one, begun.attachment.id, "infected")).toMatchObject({
      status: 409,
      body: { code: "upload_incomplete" },
    });
    expect((await owner.complete(file.id)).body.attachment.state).toBe("scanning");
  });

  test("on a file that no message names is told to nobody", async () => {
    const { owner, seekerId, chatId } = await aChat();
    using seeker = await connect(one, seekerId);
    await ask(seeker, "join_chat", chatId);
    const heard = collect(seeker, "message_changed");
    const file = await owner.upload();
    await judge(one, file.id, "clean");
    await ask(seeker, "mark_read", { chatId });
    expect(heard).toEqual([]);
  });
});
