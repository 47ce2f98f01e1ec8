import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import { openChatNode } from "../../src/chat-node.ts";
import { createLogger } from "../../src/process/logger.ts";
import { anApprovedChat, ask, callAs, connect } from "../support/chat-client.ts";
import { withDatabase } from "../support/open-test-store.ts";
import { ownReplicaSet, ownStandalone } from "../support/own-replica-set.ts";
import { startLimit, uniqueName } from "../support/services.ts";
import { databaseUri, testConfig, testSettings } from "../support/start-node.ts";
import type { ReplicaSet } from "../torture/replica-set.ts";

const weakOptions = "readPreference=secondary&readConcernLevel=available&W=1&journal=false&retryWrites=false";
const namedOptions = ["readPreference", "readConcernLevel", "W", "journal", "retryWrites"];

/** The address of a database of its own, with options that would weaken every promise. */
const weakUri = (uri: string): string => `${uri}${uri.includes("?") ? "&" : "?"}${weakOptions}`;

/** A chat node with such an address, and the lines it logs. */
const openWeakNode = async (mongodbUri: string) => {
  const config = testConfig({ MONGODB_URI: weakUri(mongodbUri) });
  const lines: string[] = [];
  const logger = createLogger({
    level: "warn",
    process: "test-node",
    destination: { write: (line) => lines.push(line) },
  });
  const node = await openChatNode({ config, logger, signal: startLimit() });
  return { lines, url: `http://127.0.0.1:${node.port}`, [Symbol.asyncDispose]: () => node.stop(2_000) };
};

describe("with a secondary that is an hour behind", () => {
  let set: ReplicaSet;
  beforeAll(async () => {
    set = await ownReplicaSet({ count: 2, lagging: true });
  });
  afterAll(() => set.close());

  test("readPreference=secondary hides no acked message, and the log names the overruled option", async () => {
    await using node = await openWeakNode(set.uri.replace("/torture", `/${uniqueName("late")}`));
    const chat = await anApprovedChat(node);
    const socket = await connect(node, chat.ownerId);
    for (let seq = 2; seq <= 11; seq += 1) {
      const message = { chatId: chat.chatId, type: "text", content: `no ${seq}` };
      expect(await ask(socket, "send_message", message)).toMatchObject({ ok: true, message: { seq } });
      const page = await callAs(node, chat.seekerId, "GET", `/api/chat/${chat.chatId}/messages?limit=1`);
      expect(page.body).toMatchObject({ messages: [{ seq }] });
      const joined = await ask(socket, "join_chat", { chatId: chat.chatId, afterSeq: 0, limit: 200 });
      expect((joined["messages"] as { seq: number }[]).map((one) => one.seq)).toEqual(
        Array.from({ length: seq }, (_, index) => index + 1),
      );
      const inbox = await callAs(node, chat.seekerId, "GET", `/api/chat/user/${chat.seekerId}`);
      expect(inbox.body).toMatchObject({ chats: [{ lastSeq: seq, lastMessage: { seq } }] });
    }
    socket.disconnect();
    const warnings = node.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(warnings).toContainEqual(
      expect.objectContaining({
        msg: "options in MONGODB_URI would weaken a promise and are overruled",
        options: namedOptions,
      }),
    );
  });
});

type Asked = { op: string; command: Record<string, unknown> };

/** Every command that MongoDB was sent for a database since `profile` began. */
const askedOf = (client: mongo.MongoClient): Promise<Asked[]> =>
  client
    .db()
    .collection<Asked>("system.profile")
    .find({ ns: { $not: /system\.profile$/ } })
    .toArray();

test("every write waits for a majority's disks, every read goes to the primary and sees what a majority has", async () => {
  const uri = databaseUri(uniqueName("asked"));
  await withDatabase(uri, async (client) => {
    await client.db().command({ profile: 2 });
    {
      await using node = await openWeakNode(uri);
      const chat = await anApprovedChat(node);
      const socket = await connect(node, chat.ownerId);
      const { chatId } = chat;
      expect(await ask(socket, "join_chat", { chatId })).toMatchObject({ ok: true });
      expect(await ask(socket, "send_message", { chatId, type: "text", content: "x" })).toMatchObject({ ok: true });
      expect(await ask(socket, "mark_delivered", { chatId, seq: 2 })).toMatchObject({ ok: true });
      expect(await callAs(node, chat.seekerId, "PUT", `/api/chat/${chatId}/read`)).toMatchObject({ status: 200 });
      expect(
        await callAs(node, chat.ownerId, "PUT", `/api/chat/${chatId}/status`, { status: "readonly" }),
      ).toMatchObject({
        status: 200,
      });
      expect(await callAs(node, chat.ownerId, "GET", `/api/chat/user/${chat.ownerId}`)).toMatchObject({ status: 200 });
      socket.disconnect();
    }
    await client.db().command({ profile: 0 });
    const asked = (await askedOf(client)).filter(({ command }) => command["comment"] === undefined);
    const nameOf = ({ command }: Asked): string => Object.keys(command)[0] ?? "";
    const writes = asked.filter((one) =>
      ["insert", "update", "delete", "findAndModify", "findandmodify"].includes(nameOf(one)),
    );
    const reads = asked.filter((one) => ["find", "aggregate", "count", "distinct"].includes(nameOf(one)));
    expect([writes.length > 3, reads.length > 3]).toEqual([true, true]);
    for (const { command } of writes) {
      expect(command).toMatchObject({ writeConcern: { w: "majority", j: true } });
    }
    for (const { command } of reads) expect(command).toMatchObject({ readConcern: { level: "majority" } });
    for (const { command } of asked)
      expect(command["$readPreference"] ?? { mode: "primary" }).toEqual({ mode: "primary" });
  });
});

/** Starts a process that should not start: its exit code, and what it says on its way out. */
const startAndEnd = (script: string, mongodbUri: string): Promise<{ code: unknown; said: string }> =>
  new Promise((resolve) => {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const env = { ...inherited, ...testSettings({ MONGODB_URI: mongodbUri, LOG_LEVEL: "fatal" }) };
    execFile(process.execPath, [script], { env, timeout: 600_000 }, (error, _out, said) =>
      resolve({ code: error?.code ?? 0, said }),
    );
  });

describe("an address of neither a replica set nor a cluster stops the start with the setting's name", () => {
  let server: Awaited<ReturnType<typeof ownStandalone>>;
  beforeAll(async () => {
    server = await ownStandalone();
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const processes = ["src/main.ts", "consumers/main.ts"];

  test.each(processes)("%s: a standalone server", async (script) => {
    for (const options of ["", "?directConnection=true"]) {
      expect(await startAndEnd(script, `mongodb://${server.address}/chat${options}`)).toEqual({
        code: 1,
        said: expect.stringContaining("MONGODB_URI: expected a replica set, also of one, or a sharded cluster"),
      });
    }
  });

  test.each(processes)("%s: a standalone server instead of the named replica set", async (script) => {
    expect(await startAndEnd(script, `mongodb://${server.address}/chat?replicaSet=rs0`)).toEqual({
      code: 1,
      said: expect.stringContaining("MONGODB_URI: expected members of the replica set it names"),
    });
  });

  test.each(processes)("%s: no database's name", async (script) => {
    const uri = `mongodb://${server.address}/?replicaSet=rs0`;
    expect(await startAndEnd(script, uri)).toEqual({
      code: 1,
      said: expect.stringMatching(/MONGODB_URI: expected an address .* names a database of its own/),
    });
  });

  test.each(processes)("%s: an option that the driver refuses", async (script) => {
    const uri = `mongodb://${server.address}/chat?readPreference=sometimes`;
    expect(await startAndEnd(script, uri)).toEqual({ code: 1, said: expect.stringContaining("MONGODB_URI") });
  });
});
