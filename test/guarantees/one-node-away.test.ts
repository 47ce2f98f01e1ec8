import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { anApprovedChat, callAs, connect, next, until } from "../support/chat-client.ts";
import { openNodeProcesses } from "../support/node-process.ts";
import { ownRedis } from "../support/own-services.ts";
import { openRoamingClient } from "../support/roaming-client.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

type Entry = { seq: number; senderId: string | null; content: string };

const chatCount = 20;
const writesEach = 60;

// DESIGN "When something is away", one chat node: the others go on, its sockets reconnect elsewhere, unacked sends are
// repeated once.
test("with one node killed the other continues, the clients move to it, and unacked messages are stored once", async () => {
  await using nodes = await openNodeProcesses();
  const settings = { MONGODB_URI: databaseUri(uniqueName("killed")) };
  const [dies, stays] = [await nodes.startNode(settings), await nodes.startNode(settings)];
  const people = await Promise.all(
    Array.from({ length: chatCount }, async () => {
      const { chatId, ownerId, seekerId } = await anApprovedChat(stays);
      const urls = [dies.url, stays.url];
      const owner = openRoamingClient({ urls, first: 0, userId: ownerId, chatId });
      const seeker = openRoamingClient({ urls, first: 1, userId: seekerId, chatId });
      return { chatId, owner, seeker };
    }),
  );
  const leavers = people.map(({ owner }) => owner);
  const stayers = people.map(({ seeker }) => seeker);
  const all = [...leavers, ...stayers];
  try {
    await until(() => all.every((client) => client.isIn()), "everybody being in");
    for (let count = 0; count < writesEach; count += 1) {
      for (const client of all) void client.send(`${client.userId} ${count}`);
      // For the blow to fall while the sends are on their way.
      await pause(2);
      if (count === writesEach / 2) await dies.stop("SIGKILL");
      await pause(10);
    }
    const cut = leavers.reduce((sum, { unacked }) => sum + unacked(), 0);
    expect(cut).toBeGreaterThan(0);
    await until(() => all.every((client) => client.isIn() && client.unacked() === 0), "everything being acked");

    expect(stays.isRunning()).toBe(true);
    expect(new Set(stayers.map(({ connections }) => connections()))).toEqual(new Set([1]));
    expect(new Set(leavers.map(({ connections }) => connections()))).toEqual(new Set([2]));
    expect(all.flatMap(({ refusals }) => refusals)).toEqual([]);
    for (const { chatId, owner, seeker } of people) {
      const path = `/api/chat/${chatId}/messages?after=0&limit=200`;
      const log = (await callAs(stays, owner.userId, "GET", path)).body["messages"] as Entry[];
      expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 1 + 2 * writesEach }, (_, index) => index + 1));
      for (const { userId } of [owner, seeker]) {
        const own = log.filter(({ senderId }) => senderId === userId);
        expect(own.map(({ content }) => content)).toEqual(
          Array.from({ length: writesEach }, (_, count) => `${userId} ${count}`),
        );
      }
      for (const { held } of [owner, seeker]) await until(() => held.size === log.length, "the whole log");
    }
  } finally {
    for (const client of all) client.stop();
  }
});

test("with one node killed, people that share a chat with its users are notified that they are offline", async () => {
  const redis = await ownRedis();
  try {
    await using nodes = await openNodeProcesses();
    const settings = { MONGODB_URI: databaseUri(uniqueName("killed")), REDIS_URL: redis.address };
    const [dies, stays] = [await nodes.startNode(settings), await nodes.startNode(settings)];
    const { ownerId, seekerId } = await anApprovedChat(stays);
    using owner = await connect(stays, ownerId);
    const came = next(owner, "presence", ({ userId, online }) => userId === seekerId && online);
    using _seeker = await connect(dies, seekerId);
    await came;
    const went = next(owner, "presence", ({ userId, online }) => userId === seekerId && !online);
    const killedAt = Date.now();
    await dies.stop("SIGKILL");
    const { lastSeenAt } = await went;
    expect(Math.abs(Date.parse(lastSeenAt ?? "") - killedAt)).toBeLessThan(60_000);
  } finally {
    await redis.stop();
  }
});
