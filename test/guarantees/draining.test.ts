import { describe, expect, test } from "@jest/globals";
import { anApprovedChat, ask, connect, next, until } from "../support/chat-client.ts";
import { startNode } from "../support/start-node.ts";

describe("a node that is asked to stop", () => {
  test("answers what it accepted, sends resync, and its clients reconnect by themselves", async () => {
    await using stays = await startNode();
    const leaves = await startNode({ MONGODB_URI: stays.config.mongodbUri });
    const chat = await anApprovedChat(stays);
    using owner = await connect(leaves, chat.ownerId);
    await ask(owner, "join_chat", chat.chatId);
    const told = next(owner, "resync");
    const ended = new Promise((resolve) => owner.once("disconnect", resolve));
    const sends = Array.from({ length: 50 }, (_, n) =>
      ask(owner, "send_message", { chatId: chat.chatId, type: "text", content: `m${n}` }),
    );
    // The first answer says that the node has them; then it is told to stop.
    await sends[0];
    const began = Date.now();
    const stopping = leaves.stop(20_000);
    expect(await told).toEqual({ reason: "node_is_draining" });
    expect(await ended).toBe("transport close");
    // A socket whose connection was closed, not disconnected, is trying to come back.
    expect(owner.active).toBe(true);
    const answers = await Promise.all(sends);
    const acked = answers.filter(({ ok }) => ok).length;
    expect(answers.filter(({ ok }) => !ok)).toEqual(
      Array.from({ length: 50 - acked }, () =>
        expect.objectContaining({ error: expect.objectContaining({ code: "unavailable" }) }),
      ),
    );
    await stopping;
    expect(Date.now() - began).toBeLessThan(60_000);
    using again = await connect(stays, chat.ownerId);
    const { messages } = (await ask(again, "join_chat", { chatId: chat.chatId, limit: 200 })) as {
      messages: unknown[];
    };
    expect(messages).toHaveLength(acked + 1);
  });

  test("refuses new connections and is not ready, but alive", async () => {
    const node = await startNode();
    const chat = await anApprovedChat(node);
    using owner = await connect(node, chat.ownerId);
    const stopping = node.stop(5_000);
    owner.disconnect();
    await expect(connect(node, chat.ownerId, { reconnection: false })).rejects.toThrow();
    await stopping;
    // Stopped twice is stopped once.
    await node.stop();
    await until(async () =>
      fetch(node.opsUrl).then(
        () => false,
        () => true,
      ),
    );
  });
});
