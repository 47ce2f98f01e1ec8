import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { anApprovedChat, ask, callAs, collect, connect, until } from "../support/chat-client.ts";
import { type NodeProcess, openNodeProcesses } from "../support/node-process.ts";
import { freezeService, ownMongodb } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const text = (chatId: string, id: string) => ({ chatId, type: "text", content: id, clientMessageId: id });

/** How many are connected, asked again and again until nobody answers. */
const watchConnections = async ({ opsUrl }: NodeProcess): Promise<number[]> => {
  const counts: number[] = [];
  for (;;) {
    const response = await fetch(`${opsUrl}/metrics`).catch(() => null);
    const metrics = await response?.text().catch(() => null);
    if (!metrics) return counts;
    counts.push(Number(/^chat_connections (\d+)$/m.exec(metrics)?.[1]));
    await pause(10);
  }
};

test("SIGTERM closes the clients in batches, and no accepted send is lost", async () => {
  await using nodes = await openNodeProcesses();
  const settings = { MONGODB_URI: databaseUri(uniqueName("draining")) };
  const [stays, leaves] = [await nodes.startNode(settings), await nodes.startNode(settings)];
  const chat = await anApprovedChat(stays);
  const sockets = await Promise.all(
    Array.from({ length: 50 }, () => connect(leaves, chat.ownerId, { reconnection: false })),
  );
  const reasons = sockets.map((socket) => collect(socket, "resync"));
  const endings = sockets.map((socket) => new Promise((resolve) => socket.once("disconnect", resolve)));
  const sends = sockets.map((socket, n) => ask(socket, "send_message", text(chat.chatId, `m${n}`)).catch(() => null));
  await sends[0];

  const counts = watchConnections(leaves);
  expect(await leaves.stop("SIGTERM")).toBe("exit code 0");
  expect((await counts).filter((count) => count > 0 && count < 50)).not.toEqual([]);
  expect(new Set(await Promise.all(endings))).toEqual(new Set(["transport close"]));
  for (const heard of reasons) expect(heard).toEqual([{ reason: "node_is_draining" }]);
  const acked = (await Promise.all(sends)).flatMap((answer, n) => (answer?.["ok"] === true ? [`m${n}`] : []));
  expect(acked).not.toEqual([]);
  const { body } = await callAs(stays, chat.ownerId, "GET", `/api/chat/${chat.chatId}/messages?after=1&limit=200`);
  const contents = (body["messages"] as { content: string }[]).map(({ content }) => content);
  expect(contents.filter((content) => acked.includes(content)).toSorted()).toEqual(acked.toSorted());
  expect(new Set(contents).size).toBe(contents.length);
});

test("a node exits within its deadline, even if the database does not answer and a send waits for it", async () => {
  await using mongodb = await ownMongodb();
  await using nodes = await openNodeProcesses();
  const node = await nodes.startNode({ MONGODB_URI: databaseUri(uniqueName("deadline"), mongodb.address) });
  const { chatId, ownerId } = await anApprovedChat(node);
  using owner = await connect(node, ownerId, { reconnection: false });
  // From here on the node knows who may write, and asks the database for nothing but the write.
  expect(await ask(owner, "send_message", text(chatId, "in time"))).toMatchObject({ ok: true });
  const goOn = await freezeService(mongodb);
  try {
    const noAnswer = { ok: false };
    const waiting = ask(owner, "send_message", text(chatId, "late")).catch(() => noAnswer);
    await until(async () => (await (await fetch(`${node.opsUrl}/metrics`)).text()).includes("chat_sends_waiting 1"));
    // Past its deadline it would have been killed here, and that is told by the signal's name.
    const how = node.stop("SIGTERM");
    // "unavailable", or none where the connection's end came first: both mean "again", and neither says it is saved.
    expect(await waiting).toMatchObject(noAnswer);
    expect(await how).toBe("exit code 0");
  } finally {
    await goOn();
  }
});
