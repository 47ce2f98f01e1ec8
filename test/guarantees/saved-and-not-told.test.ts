import { spawn } from "node:child_process";
import { expect, test } from "@jest/globals";
import { anApprovedChat, ask, callAs, callAsService, connect, next, until } from "../support/chat-client.ts";
import { freezeService, ownMongodb } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { apiKey, databaseUri, jwtSecret, startNode, type TestNode } from "../support/start-node.ts";
import { openProxy } from "../torture/proxy.ts";

// An entry that stands in the log, while the one who should tell the others cannot: they hear of it all the same.
type Joined = { messages: { seq: number; content: string }[] };

/** A node's process on the database of another one, which reaches Redis by a port of its own. */
const spawnNode = async ({ config }: TestNode, redisPort: number) => {
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "test",
    HOST: "127.0.0.1",
    PORT: "0",
    OPS_PORT: "0",
    MONGODB_URI: config.mongodbUri,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    KAFKA_BROKERS: process.env["KAFKA_BROKERS"],
    JWT_SECRET: jwtSecret,
    INTERNAL_API_KEY: apiKey,
    CORS_ORIGINS: "https://www.lyvo.example",
    ATTACHMENT_HOSTS: "images.example.com",
  };
  const child = spawn(process.execPath, ["src/main.ts"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (bytes) => (output += String(bytes)));
  await until(() => output.includes("the chat node serves"), 20_000);
  const port = /"port":(\d+)/.exec(output)?.[1] ?? "";
  return { url: `http://127.0.0.1:${port}`, kill: () => child.kill("SIGKILL") };
};

test("a node killed between saving and telling: clients of the others look, and find it", async () => {
  await using stays = await startNode();
  const toRedis = await openProxy(Number(new URL(process.env["REDIS_URL"] ?? "").port));
  const dies = await spawnNode(stays, toRedis.port);
  try {
    const { chatId, ownerId } = await anApprovedChat(stays);
    using owner = await connect(stays, ownerId);
    await ask(owner, "join_chat", chatId);
    // Held up, not cut: what the node tells never arrives, and it knows nothing of that.
    toRedis.hold(1, "both");
    const heard = next(owner, "resync", undefined, 25_000);
    const { status } = await callAsService(dies, "PUT", `/api/chat/${chatId}/status`, { status: "readonly" });
    expect(status).toBe(200);
    dies.kill();
    expect(await heard).toEqual({ reason: "node_was_lost" });
    const { messages } = (await ask(owner, "join_chat", { chatId, afterSeq: 1 })) as Joined;
    expect(messages).toMatchObject([{ seq: 2, content: "The chat is read-only now." }]);
  } finally {
    dies.kill();
    toRedis.close();
  }
}, 60_000);

test("a send answered `unavailable` that lands after all is heard, though its sender does not come again", async () => {
  const mongodb = await ownMongodb();
  const node = await startNode({ MONGODB_URI: databaseUri(uniqueName("late"), mongodb.address) });
  try {
    const { chatId, ownerId, seekerId } = await anApprovedChat(node);
    using seeker = await connect(node, seekerId);
    await ask(seeker, "join_chat", chatId);
    const goOn = await freezeService(mongodb);
    const heard = next(seeker, "receive_message", ({ content }) => content === "late", 40_000);
    const path = `/api/chat/${chatId}/message`;
    const { body } = await callAs(node, ownerId, "POST", path, { type: "text", content: "late" });
    await goOn();
    expect(body).toMatchObject({ code: "unavailable" });
    expect(await heard).toMatchObject({ seq: 2 });
    await until(async () => ((await ask(seeker, "join_chat", chatId)) as Joined).messages.length === 2);
  } finally {
    await node.stop(1_000);
    await mongodb.close();
  }
}, 90_000);
