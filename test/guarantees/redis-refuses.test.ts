import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import type { OwnService } from "../../local/services/provide-services.ts";
import { createLogger } from "../../src/process/logger.ts";
import { createOutsideBroadcast } from "../../src/socket/fan-out/outside-broadcast.ts";
import { anApprovedChat, ask, type Client, collect, connect, next, until } from "../support/chat-client.ts";
import { type NodeProcess, openNodeProcesses } from "../support/node-process.ts";
import { ownRedis } from "../support/own-services.ts";
import { untilRedis } from "../support/redis-health.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

// A Redis that answers and refuses: channels, commands, or all that writes. The nodes live, say so, and go on by themselves.

let service: OwnService;
let admin: Redis;
let url: string;
let processes: Awaited<ReturnType<typeof openNodeProcesses>>;
let settings: Record<string, string>;
let nodes: NodeProcess[];
let chatId: string;
let owner: Client;
let seeker: Client;

const allow = (...rules: string[]): Promise<unknown> => admin.call("ACL", ["SETUSER", "chat", ...rules]);

beforeAll(async () => {
  service = await ownRedis();
  admin = new Redis(service.address);
  await allow("on", ">secret", "~*", "&*", "+@all");
  url = service.address.replace("redis://", "redis://chat:secret@");
  processes = await openNodeProcesses();
  settings = { REDIS_URL: url, MONGODB_URI: databaseUri(uniqueName("refused")) };
  const [one, other] = [await processes.startNode(settings), await processes.startNode(settings)];
  nodes = [one, other];
  const chat = await anApprovedChat(one);
  chatId = chat.chatId;
  owner = await connect(one, chat.ownerId);
  seeker = await connect(other, chat.seekerId);
  for (const socket of [owner, seeker]) await ask(socket, "join_chat", chatId);
});

afterAll(async () => {
  for (const socket of [owner, seeker]) socket.disconnect();
  admin.disconnect();
  await processes[Symbol.asyncDispose]();
  await service.close();
});

const ways: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
  ["the channels", () => allow("resetchannels"), () => allow("allchannels")],
  ["a command of presence", () => allow("-zadd"), () => allow("+zadd")],
  ["the limits' script", () => allow("-eval", "-evalsha"), () => allow("+eval", "+evalsha")],
  [
    "all writes, for want of replicas,",
    () => admin.config("SET", "min-replicas-to-write", "1"),
    () => admin.config("SET", "min-replicas-to-write", "0"),
  ],
  ["all that needs memory", () => admin.config("SET", "maxmemory", "1"), () => admin.config("SET", "maxmemory", "0")],
];

test.each(ways)(
  "a Redis that refuses %s: nodes survive and are `degraded`; when it is allowed again, clients get `resync`",
  async (_what, refuse, again) => {
    for (const node of nodes) await untilRedis(node, "up");
    const resynced = [owner, seeker].map((socket) => next(socket, "resync", () => true));
    await refuse();
    try {
      for (const node of nodes) await untilRedis(node, "down");
      expect(await ask(owner, "send_message", { chatId, type: "text", content: "meanwhile" })).toMatchObject({
        ok: true,
      });
      // One that starts now lives as well.
      const late = await processes.startNode(settings);
      await untilRedis(late, "down");
      expect(late.isRunning()).toBe(true);
      await again();
      await untilRedis(late, "up");
      await late.stop("SIGTERM");
    } finally {
      await again();
    }
    for (const node of nodes) await untilRedis(node, "up");
    expect(await Promise.all(resynced)).toEqual([{ reason: "redis_was_away" }, { reason: "redis_was_away" }]);
    expect(nodes.map((node) => node.isRunning())).toEqual([true, true]);
    const heard = collect(seeker, "receive_message");
    await ask(owner, "send_message", { chatId, type: "text", content: "live again" });
    await until(() => heard.some(({ content }) => content === "live again"));
  },
);

test("a process without sockets survives as well, logs the reason in one line, and makes the nodes' clients catch up", async () => {
  const lines: { msg: string; reason?: string }[] = [];
  const destination = new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(String(line)) as { msg: string });
      done();
    },
  });
  const logger = createLogger({ level: "warn", process: "test", destination });
  const prefix = `lyvo-chat:${settings["MONGODB_URI"]?.match(/refused-[^?]+/)?.[0]}`;
  await allow("resetchannels");
  const outside = await createOutsideBroadcast({ place: { url, prefix }, logger });
  try {
    expect(outside.isUp()).toBe(false);
    const resynced = next(owner, "resync", () => true);
    await allow("allchannels");
    await until(outside.isUp);
    await resynced;
    const said = lines.filter(({ msg }) => msg === "redis does not do its part");
    expect(said).toHaveLength(1);
    expect(said[0]?.reason).toMatch(/^NOPERM/);
  } finally {
    await allow("allchannels");
    await outside.close();
  }
});
