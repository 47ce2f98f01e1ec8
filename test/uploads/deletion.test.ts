import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import { createSweepUpload } from "../../src/chat/acts/uploads/sweep-upload.ts";
import { draftAfter } from "../../src/chat/log/entry.ts";
import { createFileStore } from "../../src/files/file-store.ts";
import { openS3 } from "../../src/files/s3.ts";
import { createLogger } from "../../src/process/logger.ts";
import { anApprovedChat, callAs, callAsService, until } from "../support/chat-client.ts";
import { openTestStore, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { chatOn } from "../support/run-relay.ts";
import { startLimit } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { uploadConfig, uploaderOf, uploadSettings } from "../support/uploads.ts";

const logger = createLogger({ level: "silent", process: "test" });

let node: TestNode;
let store: TestStore;
beforeAll(async () => {
  node = await startNode(uploadSettings());
  store = await openTestStore({ uri: node.config.mongodbUri });
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await node.stop(2_000);
});

/** A chat whose newest message is an uploaded picture. */
const aPictureSent = async () => {
  const chat = await anApprovedChat(node);
  const owner = uploaderOf(node, chat.ownerId, chat.chatId);
  const file = await owner.upload();
  const message = { type: "image", content: "the room", clientMessageId: "c-1", attachment: { id: file.id } };
  const { body } = await owner.send(message);
  return { ...chat, owner, file, message, path: `/api/chat/${chat.chatId}/messages/${body.message.seq}` };
};

const isStored = async (id: string): Promise<boolean> =>
  (await openS3(uploadConfig().store).call({ method: "HEAD", key: `files/${id}`, limitMs: 60_000 })).status === 200;

const sweep = async (): Promise<void> => {
  const files = createFileStore({ store: uploadConfig().store, logger, now: () => new Date() });
  const { uploads, log } = store;
  const sweepOne = createSweepUpload({ uploads, store: files, log, now: () => new Date() });
  for (let due = await uploads.takeDue(); due !== null; due = await uploads.takeDue()) await sweepOne(due);
};

describe("when a message is deleted, its file", () => {
  test.each([
    ["by its sender", ({ ownerId, path }: { ownerId: string; path: string }) => callAs(node, ownerId, "DELETE", path)],
    ["by the service", ({ path }: { path: string }) => callAsService(node, "DELETE", path)],
  ])("is gone at once for people, and from the store with the next sweep: %s", async (_who, remove) => {
    const chat = await aPictureSent();
    const { status, body } = await remove(chat);
    expect([status, (body as { message: object }).message]).toMatchObject([200, { content: "", deleted: {} }]);
    expect((body as { message: object }).message).not.toHaveProperty("attachment");
    for (const answer of [await chat.owner.read(chat.file.id), await chat.owner.complete(chat.file.id)]) {
      expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
    const known = await withDatabase(store.uri, (client) =>
      client
        .db()
        .collection("attachments")
        .findOne({ _id: new mongo.ObjectId(chat.file.id) }),
    );
    expect(known).toMatchObject({ name: "" });
    await sweep();
    expect(await isStored(chat.file.id)).toBe(false);
    expect((await remove(chat)).status).toBe(200);
  });

  test("cannot be sent again, and a repeat of its send is the deleted message", async () => {
    const chat = await aPictureSent();
    await callAs(node, chat.ownerId, "DELETE", chat.path);
    const again = await chat.owner.send({ ...chat.message, clientMessageId: "c-2" });
    expect(again).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    const repeat = await chat.owner.send(chat.message);
    expect(repeat).toMatchObject({ status: 200, body: { message: { content: "", deleted: { by: "sender" } } } });
  });

  test("is gone as well where the deleting node died before the message showed the deletion", async () => {
    const { chatId, file } = await aPictureSent();
    const note = { event: "message_deleted", target: 2, silent: true } as const;
    await store.log.append(chatId, (head) => ({
      append: draftAfter(head, { type: "system", senderId: null, content: "", system: note }),
    }));
    expect(await store.uploads.find(file.id)).not.toBeNull();
    // Whoever reads the message makes what is missing; the relay does so for each deletion.
    expect(await store.log.shownAt(chatId, 2)).toMatchObject({ deleted: { by: "operator" } });
    expect(await store.uploads.find(file.id)).toBeNull();
    await sweep();
    expect(await isStored(file.id)).toBe(false);
  });

  test("stays where only the caption was edited", async () => {
    const chat = await aPictureSent();
    const { status, body } = await callAs(node, chat.ownerId, "PATCH", chat.path, { content: "the other room" });
    expect([status, body["message"]]).toMatchObject([200, { content: "the other room", attachment: chat.file }]);
    await sweep();
    expect((await chat.owner.read(chat.file.id)).status).toBe(200);
  });
});

test("when a person is erased, the files that the person sent and those not sent yet are gone", async () => {
  const chat = await aPictureSent();
  const seeker = uploaderOf(node, chat.seekerId, chat.chatId);
  const [unsent, theirs] = [await chat.owner.upload(), await seeker.upload()];
  const acts = chatOn(store);
  await store.userData.erasures.request(chat.ownerId, new Date());
  const signal = startLimit();
  await until(async () => {
    for (const place of await store.userData.erasures.running(10)) await acts.userData.eraseStep(place, signal);
    return (await store.userData.erasures.find(chat.ownerId))?.state === "done";
  }, "the erasure");
  await sweep();
  expect([await isStored(chat.file.id), await isStored(unsent.id), await isStored(theirs.id)]).toEqual([
    false,
    false,
    true,
  ]);
});
