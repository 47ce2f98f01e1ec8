import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { MongoClient } from "mongodb";
import { removeVolumes } from "../../local/services/docker/docker.ts";
import { type ProvidedServices, provideRedis, provideServices } from "../../local/services/provide-services.ts";
import { isRunning } from "../../local/services/runs/end-process.ts";
import { processStart } from "../../local/services/runs/process-start.ts";
import type { Upload } from "../../src/chat/upload-ports.ts";
import { readConfig } from "../../src/config/config.ts";
import { createFileStore } from "../../src/files/file-store.ts";
import { createLogger } from "../../src/process/logger.ts";
import { ownServiceOptions } from "../support/services.ts";

describe("the services of one data folder", () => {
  const options = ownServiceOptions({ keep: true });
  let provided: ProvidedServices;

  beforeAll(async () => {
    provided = await provideServices(options);
  });

  afterAll(async () => {
    await provided.close();
    await removeVolumes(options.folder);
    await rm(options.folder, { recursive: true, force: true });
  });

  test("MongoDB keeps its data and address over a SIGKILL", async () => {
    await writeNote("before the kill");
    await provided.services.mongodb.stop("SIGKILL");
    expect(provided.services.mongodb.pid).toBeUndefined();
    await provided.services.mongodb.start();
    expect(await readNotes()).toEqual(["before the kill"]);
  });

  test("Redis keeps its data and address over a SIGKILL", async () => {
    await withRedis((redis) => redis.set("note", "before the kill"));
    await provided.services.redis.stop("SIGKILL");
    await provided.services.redis.start();
    expect(await withRedis((redis) => redis.get("note"))).toBe("before the kill");
  });

  test("the store for files keeps its data, its keys and its address over a SIGKILL", async () => {
    const { files } = provided.services;
    const before = await writeFile("before the kill");
    await files?.stop("SIGKILL");
    await files?.start();
    expect(await readFile(before)).toBe("before the kill");
  });

  test("closing ends every process, and the next start finds addresses and data as they were", async () => {
    const { settings, services } = provided;
    const { mongodb, redis, kafka, files } = services;
    const processes = [mongodb, redis, kafka, files].flatMap((service) =>
      service?.pid === undefined ? [] : [{ pid: service.pid, start: processStart(service.pid) ?? "" }],
    );
    expect(processes).toHaveLength(4);
    await provided.close();
    expect(processes.filter(isRunning)).toEqual([]);
    provided = await provideServices(options);
    expect(provided.settings).toEqual(settings);
    expect(await readNotes()).toEqual(["before the kill"]);
  });

  test("fresh empties the folder", async () => {
    await provided.close();
    provided = await provideServices({ ...options, fresh: true });
    expect(await readNotes()).toEqual([]);
    expect(await withRedis((redis) => redis.get("note"))).toBeNull();
  });

  function fileStore() {
    const { uploads } = readConfig({ ...provided.settings });
    if (uploads === null) throw new Error("the settings turn uploads off");
    const logger = createLogger({ level: "silent", process: "test" });
    return createFileStore({ store: uploads.store, logger, now: () => new Date() });
  }

  async function writeFile(text: string): Promise<Upload> {
    const file = { name: "note.txt", mimeType: "text/plain", size: text.length, state: "uploading" } as const;
    const upload = { ...file, id: "0".repeat(24), chatId: "c", userId: "u", createdAt: new Date() };
    const { url, headers } = await fileStore().uploadAddress(upload);
    await fetch(url, { method: "PUT", headers, body: text });
    expect(await fileStore().keep(upload)).toBe(true);
    return upload;
  }

  async function readFile(upload: Upload): Promise<string> {
    return (await fetch((await fileStore().readAddress(upload)).url)).text();
  }

  async function writeNote(text: string): Promise<void> {
    await withNotes((notes) => notes.insertOne({ text }, { writeConcern: { w: "majority", journal: true } }));
  }

  function readNotes(): Promise<string[]> {
    return withNotes(async (notes) => (await notes.find().toArray()).map(({ text }) => text));
  }

  async function withNotes<T>(use: (notes: ReturnType<typeof notesOf>) => Promise<T>): Promise<T> {
    const client = new MongoClient(provided.settings.MONGODB_URI);
    try {
      return await use(notesOf(client));
    } finally {
      await client.close();
    }
  }

  function notesOf(client: MongoClient) {
    return client.db().collection<{ text: string }>("notes");
  }

  async function withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(provided.settings.REDIS_URL);
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }
});

test("a folder that nobody needs afterwards is gone after closing", async () => {
  const options = ownServiceOptions();
  const redis = await provideRedis(options);
  await redis.close();
  await redis.close();
  expect(existsSync(options.folder)).toBe(false);
});

test("an address that is configured is used, and is not ours to stop", async () => {
  await using redis = await provideRedis(ownServiceOptions({ env: { REDIS_URL: "redis://elsewhere:6379" } }));
  expect(redis).toMatchObject({ how: "configured", address: "redis://elsewhere:6379" });
  await expect(redis.stop()).rejects.toThrow("Redis is configured");
});

test("a service that cannot be had is one sentence: what is missing, and the ways to get it", async () => {
  const options = ownServiceOptions({ env: { PATH: "" }, how: "binary" });
  await expect(provideRedis(options)).rejects.toThrow(
    /^Redis is missing: set REDIS_URL in \.env, start Docker, or install redis-server \([^\n]+\)\.\n {2}Tried /,
  );
});

test("a store for files that cannot be had is a sentence, and the rest goes on where it may be missing", async () => {
  const addresses = { MONGODB_URI: "mongodb://elsewhere/chat", REDIS_URL: "redis://elsewhere", KAFKA_BROKERS: "one:1" };
  const lines: string[] = [];
  const options = ownServiceOptions({ env: { ...addresses, PATH: "", XDG_CACHE_HOME: "/nowhere" } });
  await expect(provideServices(options)).rejects.toThrow(/^The store for files is missing: set S3_ENDPOINT in \.env/);
  await using services = await provideServices({
    ...options,
    report: (line) => lines.push(line),
    filesAreOptional: true,
  });
  expect(services.settings).toEqual(addresses);
  expect(lines.at(-1)).toMatch(/^The store for files is missing: [^]*The chat starts without uploads\.$/);
});

test("a service that ends by itself is told in a sentence", async () => {
  const ended = Promise.withResolvers<string>();
  await using redis = await provideRedis(ownServiceOptions({ how: "binary", onUnexpectedExit: ended.resolve }));
  process.kill(redis.pid ?? 0, "SIGKILL");
  expect(await ended.promise).toMatch(/^redis ended unexpectedly \(SIGKILL\)/);
});
