import { describe, expect, test } from "@jest/globals";
import { anApprovedChat, ask, clientOf, collect, connect, until } from "../support/chat-client.ts";
import { startNode } from "../support/start-node.ts";

describe("with SOCKET_TRANSPORTS=websocket,polling", () => {
  test.each([{ transports: ["polling"] }, { transports: ["polling", "websocket"] }, { transports: ["websocket"] }])(
    "two people who come with $transports talk, in order",
    async ({ transports }) => {
      await using node = await startNode({ SOCKET_TRANSPORTS: "websocket,polling" });
      const { chatId, ownerId, seekerId } = await anApprovedChat(node);
      using owner = await connect(node, ownerId, { transports });
      using seeker = await connect(node, seekerId, { transports });
      for (const socket of [owner, seeker]) expect(await ask(socket, "join_chat", chatId)).toMatchObject({ ok: true });
      const heard = [owner, seeker].map((socket) => collect(socket, "receive_message"));
      const contents = Array.from({ length: 30 }, (_, n) => `m${n}`);
      const answers = await Promise.all(
        contents.map((content) => ask(owner, "send_message", { chatId, type: "text", content })),
      );
      expect(answers.map(({ ok }) => ok)).toEqual(contents.map(() => true));
      await until(() => heard.every((messages) => messages.length === contents.length));
      for (const messages of heard) expect(messages.map(({ content }) => content)).toEqual(contents);
      await until(() => [owner, seeker].every(({ io }) => io.engine.transport.name === transports.at(-1)));
      // A poll that is under way when the node ends would keep a timer of Engine.IO's for half a minute.
      for (const socket of [owner, seeker]) socket.disconnect();
      await until(async () => (await (await fetch(`${node.opsUrl}/metrics`)).text()).includes("chat_connections 0"));
    },
  );
});

test("by default nobody is let in who polls", async () => {
  await using node = await startNode();
  using poller = clientOf(node, "somebody", { transports: ["polling"], reconnection: false });
  const refused = new Promise<Error>((resolve) => poller.once("connect_error", resolve));
  poller.connect();
  expect((await refused).message).toContain("poll error");
});
