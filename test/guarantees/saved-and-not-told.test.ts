import { expect, test } from "@jest/globals";
import { anApprovedChat, ask, callAs, callAsService, connect, next, until } from "../support/chat-client.ts";
import { openNodeProcesses } from "../support/node-process.ts";
import { freezeService, ownMongodb } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, startNode } from "../support/start-node.ts";
import { openProxy } from "../torture/proxy.ts";

// An entry that stands in the log, while the one who should tell the others cannot: they hear of it all the same.
type Joined = { messages: { seq: number; content: string }[] };

test("a message of a node that was killed between saving and broadcasting is found by the clients of the others", async () => {
  await using stays = await startNode();
  const toRedis = await openProxy(Number(new URL(process.env["REDIS_URL"] ?? "").port));
  await using processes = await openNodeProcesses();
  const dies = await processes.startNode({
    MONGODB_URI: stays.config.mongodbUri,
    REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
  });
  try {
    const { chatId, ownerId } = await anApprovedChat(stays);
    using owner = await connect(stays, ownerId);
    await ask(owner, "join_chat", chatId);
    // Held up, not cut: what the node tells never arrives, and it knows nothing of that.
    toRedis.hold(1, "both");
    // A busy machine may lose its own connection to Redis as well, which is another reason.
    const heard = next(owner, "resync", ({ reason }) => reason === "node_was_lost");
    const { status } = await callAsService(dies, "PUT", `/api/chat/${chatId}/status`, { status: "readonly" });
    expect(status).toBe(200);
    await dies.stop("SIGKILL");
    await heard;
    const { messages } = (await ask(owner, "join_chat", { chatId, afterSeq: 1 })) as Joined;
    expect(messages).toMatchObject([{ seq: 2, content: "The chat is read-only now." }]);
  } finally {
    toRedis.close();
  }
});

test("a send that was answered `unavailable` and is stored after all is broadcast, even if its sender does not repeat it", async () => {
  const mongodb = await ownMongodb();
  const node = await startNode({ MONGODB_URI: databaseUri(uniqueName("late"), mongodb.address) });
  try {
    const { chatId, ownerId, seekerId } = await anApprovedChat(node);
    using seeker = await connect(node, seekerId);
    await ask(seeker, "join_chat", chatId);
    const goOn = await freezeService(mongodb);
    const heard = next(seeker, "receive_message", ({ content }) => content === "late");
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
});
