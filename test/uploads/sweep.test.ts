import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createSweepUpload } from "../../src/chat/acts/uploads/sweep-upload.ts";
import type { Upload } from "../../src/chat/upload-ports.ts";
import { createFileStore } from "../../src/files/file-store.ts";
import { openS3 } from "../../src/files/s3.ts";
import { createLogger } from "../../src/process/logger.ts";
import { openStore, type Store } from "../../src/store/open-store.ts";
import { anApprovedChat, callAs, until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { withDatabase } from "../support/open-test-store.ts";
import { ownFiles } from "../support/own-services.ts";
import { runConsumers } from "../support/run-consumers.ts";
import { startLimit } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { aPicture, put, someBytes, uploadConfig, uploaderOf, uploadSettings } from "../support/uploads.ts";

const logger = createLogger({ level: "silent", process: "test" });
const hourMs = 3_600_000;

let node: TestNode;
beforeAll(async () => {
  node = await startNode(uploadSettings());
});
afterAll(() => node.stop(2_000));

const aChat = async () => {
  const chat = await anApprovedChat(node);
  return { ...chat, owner: uploaderOf(node, chat.ownerId, chat.chatId) };
};

/** The sweep of a process whose clock is ahead by so much. */
const openSweep = async (aheadMs: number) => {
  const now = (): Date => new Date(Date.now() + aheadMs);
  const { mongodbUri } = node.config;
  const store: Store = await openStore({ mongodbUri, logger, signal: startLimit(), now });
  const files = createFileStore({ store: uploadConfig().store, logger, now: () => new Date() });
  const sweep = createSweepUpload({ uploads: store.uploads, store: files, log: store.log, now });
  return {
    store,
    sweepOne: sweep,
    /** Sweeps all that is due. @returns what became of each, by its id */
    sweepAll: async () => {
      const swept = new Map<string, string>();
      for (let due = await store.uploads.takeDue(); due !== null; due = await store.uploads.takeDue()) {
        swept.set(due.id, await sweep(due));
      }
      return swept;
    },
    [Symbol.asyncDispose]: () => store.close(1_000),
  };
};

const statusAt = async (upload: Pick<Upload, "id">): Promise<number> => {
  const files = createFileStore({ store: uploadConfig().store, logger, now: () => new Date() });
  const { url } = await files.readAddress({ ...upload, name: "a", mimeType: "image/jpeg" } as Upload);
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
};
const documentOf = (id: string) =>
  withDatabase(node.config.mongodbUri, async (client) => {
    const all = await client.db().collection("attachments").find().toArray();
    return all.find(({ _id }) => String(_id) === id) ?? null;
  });

describe("the sweep", () => {
  test("deletes files that no message names after a day, complete or not, and leaves the others", async () => {
    const { owner } = await aChat();
    const bytes = someBytes();
    const [unsent, sent] = [await owner.upload(), await owner.upload()];
    const { body: begun } = await owner.begin(aPicture(bytes));
    await put(begun.upload, bytes);
    await owner.send({ type: "image", attachment: { id: sent.id } });
    await using early = await openSweep(23 * hourMs);
    const swept = await early.sweepAll();
    expect([swept.get(unsent.id), swept.get(begun.attachment.id), swept.get(sent.id)]).toEqual([
      undefined,
      undefined,
      "kept",
    ]);
    await using late = await openSweep(25 * hourMs);
    const sweptLate = await late.sweepAll();
    expect([sweptLate.get(unsent.id), sweptLate.get(begun.attachment.id), sweptLate.get(sent.id)]).toEqual([
      "removed",
      "removed",
      undefined,
    ]);
    expect([await statusAt(unsent), await statusAt(sent)]).toEqual([404, 200]);
    expect([await documentOf(unsent.id), await documentOf(begun.attachment.id)]).toEqual([null, null]);
    expect((await owner.read(unsent.id)).status).toBe(404);
    expect((await owner.complete(begun.attachment.id)).status).toBe(404);
    expect((await owner.send({ type: "image", attachment: { id: unsent.id } })).status).toBe(400);
    expect((await owner.read(sent.id)).status).toBe(200);
  });

  test("deletes what arrived at the upload address of a sent file later on", async () => {
    const { owner } = await aChat();
    const bytes = someBytes();
    const { body: begun } = await owner.begin(aPicture(bytes));
    await put(begun.upload, bytes);
    const { id } = begun.attachment;
    await owner.complete(id);
    await owner.send({ type: "image", attachment: { id } });
    expect(await put(begun.upload, someBytes(bytes.length))).toBe(200);
    const statusOfUploaded = async (): Promise<number> =>
      (await openS3(uploadConfig().store).call({ method: "HEAD", key: `uploads/${id}`, limitMs: 60_000 })).status;
    expect(await statusOfUploaded()).toBe(200);
    await using sweep = await openSweep(2 * hourMs);
    expect((await sweep.sweepAll()).get(id)).toBe("kept");
    expect(await statusOfUploaded()).toBe(404);
    expect(Buffer.from(await (await fetch((await owner.read(id)).body.url)).arrayBuffer())).toEqual(bytes);
    expect(await documentOf(id)).not.toHaveProperty("sweepAt");
  });

  test("leaves an upload alone that is sent while it is looked at, and deletes it if it was not written in another day", async () => {
    const { owner, chatId, ownerId } = await aChat();
    const { id } = await owner.upload();
    await using sweep = await openSweep(25 * hourMs);
    let due = await sweep.store.uploads.takeDue();
    while (due !== null && due.id !== id) due = await sweep.store.uploads.takeDue();
    if (due === null) throw new Error("it is not due");
    expect(await sweep.store.uploads.hold({ id, chatId, userId: ownerId })).toMatchObject({ id });
    expect(await sweep.sweepOne(due)).toBe("kept");
    expect([await statusAt({ id }), (await owner.read(id)).status]).toEqual([200, 200]);
    await using later = await openSweep(50 * hourMs);
    expect((await later.sweepAll()).get(id)).toBe("removed");
    expect(await statusAt({ id })).toBe(404);
  });

  test("takes each upload once, though many processes sweep, and again after a crash", async () => {
    const { owner } = await aChat();
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await owner.upload()).id));
    await using one = await openSweep(30 * hourMs);
    await using other = await openSweep(30 * hourMs);
    const takes = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? one : other).store.uploads.takeDue());
    const taken = (await Promise.all(takes)).flatMap((due) => due?.id ?? []);
    expect(taken.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
    expect((await one.sweepAll()).size).toBe(0);
    await using afterwards = await openSweep(30 * hourMs + 360_000);
    const swept = await afterwards.sweepAll();
    expect(ids.map((id) => swept.get(id))).toEqual(ids.map(() => "removed"));
  });

  test("makes room again for the files that a user may have unsent", async () => {
    const { owner, ownerId } = await aChat();
    const file = await owner.upload();
    await owner.upload();
    await using sweep = await openSweep(0);
    expect(await sweep.store.uploads.countUnsent(ownerId, 10)).toBe(2);
    await owner.send({ type: "image", attachment: { id: file.id } });
    expect(await sweep.store.uploads.countUnsent(ownerId, 10)).toBe(1);
    await using late = await openSweep(25 * hourMs);
    await late.sweepAll();
    expect(await sweep.store.uploads.countUnsent(ownerId, 10)).toBe(0);
  });
});

test("the consumers sweep; with the store for files away they wait, and go on when it is back", async () => {
  const files = await ownFiles();
  await using own = await startNode(uploadSettings(files.settings));
  const { chatId, ownerId } = await anApprovedChat(own);
  const owner = uploaderOf(own, ownerId, chatId);
  const { id } = await owner.upload();
  const { body } = await owner.read(id);
  await withDatabase(own.config.mongodbUri, async (client) => {
    await client
      .db()
      .collection("attachments")
      .updateMany({}, { $set: { sweepAt: new Date(0) } });
  });
  await files.stop("SIGKILL");
  await using kafka = await openTestKafka();
  await using consumers = await runConsumers(kafka, {
    mongodbUri: own.config.mongodbUri,
    env: uploadSettings(files.settings),
  });
  expect(await consumers.metric('chat_dependency_up{dependency="files"}')).toBe(0);
  expect((await consumers.ops("livez")).status).toBe(200);
  await files.start();
  await until(async () => (await consumers.metric('chat_uploads_swept_total{outcome="removed"}')) === 1, "the sweep");
  expect((await fetch(body.url)).status).toBe(404);
  expect((await callAs(own, ownerId, "GET", `/api/chat/${chatId}/attachments/${id}`)).status).toBe(404);
  await files.close();
});
