import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Upload } from "../../src/chat/upload-ports.ts";
import { createFileStore } from "../../src/files/file-store.ts";
import { createLogger } from "../../src/process/logger.ts";
import { put, someBytes, uploadConfig } from "../support/uploads.ts";

const logger = createLogger({ level: "silent", process: "test" });
const storeAt = (at?: Date, settings: NodeJS.ProcessEnv = {}) =>
  createFileStore({ store: uploadConfig(settings).store, logger, now: () => at ?? new Date() });
const store = storeAt();

const anUpload = (bytes: Buffer, overrides: Partial<Upload> = {}): Upload => ({
  id: someBytes(12).toString("hex"),
  chatId: "c",
  userId: "u",
  name: "room.jpg",
  mimeType: "image/jpeg",
  size: bytes.length,
  state: "uploading",
  createdAt: new Date(),
  ...overrides,
});

const uploaded = async (bytes: Buffer<ArrayBuffer>, overrides: Partial<Upload> = {}): Promise<Upload> => {
  const upload = anUpload(bytes, overrides);
  expect(await put(await store.uploadAddress(upload), bytes)).toBe(200);
  expect(await store.keep(upload)).toBe(true);
  return upload;
};

const bytesAt = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer());

describe("an address for an upload", () => {
  const bytes = someBytes();
  const upload = anUpload(bytes);

  test.each([
    ["fewer bytes", bytes.subarray(1), "image/jpeg"],
    ["more bytes", Buffer.concat([bytes, bytes]), "image/jpeg"],
    ["another type", bytes, "text/html"],
  ])("refuses %s", async (_what, body, type) => {
    const { url } = await store.uploadAddress(upload);
    expect(await put({ url, headers: { "content-type": type } }, body)).toBe(403);
    expect(await store.keep(upload)).toBe(false);
  });

  test("takes the file with the headers that it names, for five minutes", async () => {
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    const { url, headers, expiresAt } = await store.uploadAddress(upload);
    expect(headers).toEqual({ "content-type": "image/jpeg" });
    expect(expiresAt.getTime() - before).toBeGreaterThanOrEqual(300_000);
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(300_000);
    expect(await put({ url, headers }, bytes)).toBe(200);
    const old = await storeAt(new Date(Date.now() - 301_000)).uploadAddress(upload);
    expect(await put(old, bytes)).toBe(403);
  });

  test("reads nothing, and names nobody", async () => {
    const { url } = await store.uploadAddress(upload);
    expect((await fetch(url)).status).toBe(403);
    expect(url).not.toContain("room");
    expect(new URL(url).pathname).toMatch(/\/uploads\/[0-9a-f]{24}$/);
  });

  test("leads where clients reach the store", async () => {
    const { url } = await storeAt(undefined, { S3_PUBLIC_ENDPOINT: "https://files.example.com/s3/" }).uploadAddress(
      upload,
    );
    expect(url).toMatch(/^https:\/\/files\.example\.com\/s3\/[a-z-]+\/uploads\//);
    const settings = { S3_PUBLIC_ENDPOINT: "https://s3.example.com", S3_BUCKET: "chat", S3_FORCE_PATH_STYLE: "false" };
    const { url: inHost } = await storeAt(undefined, settings).uploadAddress(upload);
    expect(inHost).toMatch(/^https:\/\/chat\.s3\.example\.com\/uploads\//);
  });
});

describe("a file", () => {
  test("that is not uploaded is not kept", async () => {
    expect(await store.keep(anUpload(someBytes()))).toBe(false);
  });

  test("may be kept twice, and then its upload address changes nothing any more", async () => {
    const bytes = someBytes();
    const upload = anUpload(bytes);
    const address = await store.uploadAddress(upload);
    await put(address, bytes);
    expect([await store.keep(upload), await store.keep(upload)]).toEqual([true, true]);
    expect(await put(address, someBytes(bytes.length))).toBe(200);
    expect(await bytesAt((await store.readAddress(upload)).url)).toEqual(bytes);
  });

  test("is read for fifteen minutes, at an address that writes nothing", async () => {
    const bytes = someBytes();
    const upload = await uploaded(bytes);
    const { url, expiresAt } = await store.readAddress(upload);
    expect(Math.abs(expiresAt.getTime() - Date.now() - 900_000)).toBeLessThan(60_000);
    expect(await bytesAt(url)).toEqual(bytes);
    expect(await put({ url, headers: {} }, bytes)).toBe(403);
    expect((await fetch((await storeAt(new Date(Date.now() - 901_000)).readAddress(upload)).url)).status).toBe(403);
  });

  test.each([
    ["image/png", "Küche (1) 'neu'.png", "inline;filename*=UTF-8''K%C3%BCche%20%281%29%20%27neu%27.png"],
    ["application/pdf", 'a;b="c".pdf', "attachment;filename*=UTF-8''a%3Bb%3D%22c%22.pdf"],
  ])("of %s is shown or saved, under its name", async (mimeType, name, disposition) => {
    const upload = await uploaded(someBytes(), { mimeType, name });
    const { headers } = await fetch((await store.readAddress(upload)).url);
    expect(headers.get("content-disposition")).toBe(disposition);
    expect(headers.get("content-type")).toBe(mimeType);
  });

  test("that is removed is gone, uploaded or kept, also the second time", async () => {
    const bytes = someBytes();
    const kept = await uploaded(bytes);
    const waiting = anUpload(bytes);
    await put(await store.uploadAddress(waiting), bytes);
    for (const { id } of [kept, kept, waiting, waiting]) await store.remove(id);
    expect((await fetch((await store.readAddress(kept)).url)).status).toBe(404);
    expect(await store.keep(waiting)).toBe(false);
  });
});

describe("a store that accepts connections and never answers", () => {
  let silent: Server;
  let endpoint: string;
  beforeAll(async () => {
    silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  test("is not up, and every request to it ends as unavailable", async () => {
    const frozen = storeAt(undefined, { S3_ENDPOINT: endpoint });
    const upload = anUpload(someBytes());
    expect(await frozen.isUp()).toBe(false);
    await expect(frozen.keep(upload)).rejects.toMatchObject({ code: "unavailable" });
    await expect(frozen.remove(upload.id)).rejects.toMatchObject({ code: "unavailable" });
  });
});

test.each([
  ["another key", { S3_SECRET_ACCESS_KEY: "wrong" }],
  ["a bucket that is not there", { S3_BUCKET: "no-such-bucket" }],
  ["no store", { S3_ENDPOINT: "http://127.0.0.1:9" }],
])("with %s the store is not up", async (_what, settings) => {
  expect(await storeAt(undefined, settings).isUp()).toBe(false);
});
