import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { anApprovedChat, callAs, callAsService } from "../support/chat-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { aPicture, put, someBytes, uploaderOf, uploadSettings } from "../support/uploads.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode(uploadSettings({ ATTACHMENT_MAX_BYTES: "100000" }));
});
afterAll(() => node.stop(2_000));

const aChat = async () => {
  const chat = await anApprovedChat(node);
  const { chatId, ownerId, seekerId } = chat;
  return {
    ...chat,
    owner: uploaderOf(node, ownerId, chatId),
    seeker: uploaderOf(node, seekerId, chatId),
    stranger: uploaderOf(node, "a-stranger", chatId),
  };
};

describe("an upload", () => {
  test("is begun, uploaded, completed and read", async () => {
    const { owner, seeker } = await aChat();
    const bytes = someBytes();
    const { status, body: begun } = await owner.begin(
      aPicture(bytes, { width: 40, height: 30, mimeType: "IMAGE/JPG" }),
    );
    expect(status).toBe(201);
    const file = { name: "room.jpg", mimeType: "image/jpeg", size: bytes.length, width: 40, height: 30 };
    const id = expect.stringMatching(/^[0-9a-f]{24}$/);
    expect(begun.attachment).toEqual({ id, ...file, state: "uploading" });
    expect(begun.upload).toMatchObject({ method: "PUT", headers: { "content-type": "image/jpeg" } });
    expect(Date.parse(begun.upload.expiresAt) - Date.now()).toBeGreaterThan(200_000);
    expect(await put(begun.upload, bytes)).toBe(200);
    const ready = { attachment: { id, ...file, state: "ready" } };
    expect(await owner.complete(begun.attachment.id)).toEqual({ status: 200, body: ready });
    for (const person of [owner, seeker]) {
      const { body: found } = await person.read(begun.attachment.id);
      expect(found).toMatchObject(ready);
      expect(Date.parse(found.expiresAt) - Date.now()).toBeGreaterThan(800_000);
      expect(Buffer.from(await (await fetch(found.url)).arrayBuffer())).toEqual(bytes);
    }
  });

  test("is not complete before all bytes are there, and completing it again gives the same answer", async () => {
    const { owner } = await aChat();
    const bytes = someBytes();
    const { body: begun } = await owner.begin(aPicture(bytes));
    const { id } = begun.attachment;
    expect(await owner.complete(id)).toMatchObject({ status: 409, body: { code: "upload_incomplete" } });
    expect(await put(begun.upload, bytes.subarray(10))).toBe(403);
    expect(await owner.complete(id)).toMatchObject({ status: 409, body: { code: "upload_incomplete" } });
    expect(await owner.read(id)).toMatchObject({ status: 409, body: { code: "upload_incomplete" } });
    await put(begun.upload, bytes);
    const answers = await Promise.all([owner.complete(id), owner.complete(id), owner.complete(id.toUpperCase())]);
    for (const answer of [...answers, await owner.complete(id)]) {
      expect(answer).toEqual({ status: 200, body: { attachment: { ...begun.attachment, state: "ready" } } });
    }
  });

  test("is completed by its sender alone", async () => {
    const { owner, seeker, stranger } = await aChat();
    const bytes = someBytes();
    const { body: begun } = await owner.begin(aPicture(bytes));
    await put(begun.upload, bytes);
    const { id } = begun.attachment;
    expect(await seeker.complete(id)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await stranger.complete(id)).toMatchObject({ status: 404, body: { code: "chat_not_found" } });
    expect((await owner.read(id)).status).toBe(409);
    expect((await owner.complete(id)).status).toBe(200);
  });

  test("belongs to its chat, and a stranger reads nothing", async () => {
    const { owner, ownerId, stranger } = await aChat();
    const other = await anApprovedChat(node, { bookingId: `${ownerId}-2`, ownerId, seekerId: "another-seeker" });
    const elsewhere = uploaderOf(node, ownerId, other.chatId);
    const { id } = await owner.upload();
    for (const answer of [await elsewhere.read(id), await elsewhere.complete(id)]) {
      expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
    expect(await stranger.read(id)).toMatchObject({ status: 404, body: { code: "chat_not_found" } });
  });

  test.each(["65f0c0ffee0000000000c0de", "no-id", "..%2F..%2Fx"])("with the id %s is not there", async (id) => {
    const { owner } = await aChat();
    for (const answer of [await owner.read(id), await owner.complete(id)]) {
      expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
  });

  test("needs a token, a participant and an active chat", async () => {
    const { owner, stranger, chatId } = await aChat();
    const file = aPicture(someBytes());
    expect((await fetch(`${node.url}/api/chat/${chatId}/attachments`, { method: "POST" })).status).toBe(401);
    expect(await stranger.begin(file)).toMatchObject({ status: 404, body: { code: "chat_not_found" } });
    for (const status of ["readonly", "closed"]) {
      await callAsService(node, "PUT", `/api/chat/${chatId}/status`, { status });
      expect(await owner.begin(file)).toMatchObject({ status: 409, body: { code: "chat_not_active" } });
    }
  });

  test("of a chat that was closed since can be read and completed", async () => {
    const { owner, seeker, chatId } = await aChat();
    const bytes = someBytes();
    const { body: begun } = await owner.begin(aPicture(bytes));
    await put(begun.upload, bytes);
    await callAsService(node, "PUT", `/api/chat/${chatId}/status`, { status: "closed" });
    expect((await owner.complete(begun.attachment.id)).status).toBe(200);
    expect((await seeker.read(begun.attachment.id)).status).toBe(200);
  });
});

describe("what is said about a file is checked", () => {
  test.each([
    ["a path", { name: "../../etc/passwd" }, "name"],
    ["a folder", { name: "folder/room.jpg" }, "name"],
    ["a Windows path", { name: "C:\\room.jpg" }, "name"],
    ["dots alone as name", { name: ".." }, "name"],
    ["a control character in the name", { name: "room\u0000.jpg" }, "name"],
    ["a line break in the name", { name: "room\n.jpg" }, "name"],
    ["no name", { name: undefined }, "name"],
    ["an empty name", { name: " " }, "name"],
    ["a name of 256 characters", { name: "a".repeat(256) }, "name"],
    ["a type that is not allowed", { mimeType: "text/html" }, "mimeType"],
    ["an SVG", { mimeType: "image/svg+xml" }, "mimeType"],
    ["no bytes", { size: 0 }, "size"],
    ["too many bytes", { size: 100_001 }, "size"],
    ["half a byte", { size: 1.5 }, "size"],
    ["the size as text", { size: "1000" }, "size"],
    ["no width", { width: 0 }, "width"],
  ])("%s: validation_failed", async (_what, wrong, path) => {
    const { owner } = await aChat();
    const { status, body } = await owner.begin(aPicture(someBytes(), wrong));
    expect({ status, body }).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path }] } });
  });

  test("names of all scripts, dots inside and 255 characters are taken, and null counts as left out", async () => {
    const { owner } = await aChat();
    for (const name of ["Grüße ..v2.jpg", ".profile", "写真.jpg", "👍".repeat(255)]) {
      const { status, body } = await owner.begin({ ...aPicture(someBytes()), name, width: null });
      expect([status, body.attachment.name]).toEqual([201, name]);
    }
    expect((await owner.begin({ ...aPicture(someBytes()), size: 100_000 })).status).toBe(201);
  });
});

describe("how much one user may begin", () => {
  test("counts as a send", async () => {
    await using strict = await startNode(uploadSettings({ LIMIT_SENDS_PER_MIN: "2" }));
    const { chatId, ownerId } = await anApprovedChat(strict);
    const owner = uploaderOf(strict, ownerId, chatId);
    const begin = () => owner.begin(aPicture(someBytes()));
    expect([(await begin()).status, (await begin()).status]).toEqual([201, 201]);
    expect(await begin()).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    const { status } = await owner.send({ type: "text", content: "too much" });
    expect(status).toBe(429);
  });

  test("is at most 100 files that no message names", async () => {
    const { owner, seeker } = await aChat();
    const begin = () => owner.begin(aPicture(someBytes()));
    for (let count = 0; count < 100; count += 10) {
      const answers = await Promise.all(Array.from({ length: 10 }, begin));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    }
    expect(await begin()).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect((await seeker.begin(aPicture(someBytes()))).status).toBe(201);
  });
});

test("without a bucket every call says that uploads are off, and text goes on", async () => {
  await using off = await startNode();
  const { chatId, ownerId } = await anApprovedChat(off);
  const owner = uploaderOf(off, ownerId, chatId);
  const id = "65f0c0ffee0000000000c0de";
  for (const answer of [await owner.begin({ wrong: true }), await owner.complete(id), await owner.read(id)]) {
    expect(answer).toMatchObject({ status: 501, body: { code: "uploads_off" } });
  }
  expect((await owner.send({ type: "text", content: "hello" })).status).toBe(201);
  expect((await callAs(off, ownerId, "GET", `/api/chat/${chatId}`)).status).toBe(200);
});
