import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { anApprovedChat, callAs, until } from "../support/chat-client.ts";
import { type NodeProcess, openNodeProcesses } from "../support/node-process.ts";
import { openRoamingClient, type RoamingClient } from "../support/roaming-client.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const chatCount = 250;
const sendEveryMs = 2_500;

type People = { chatId: string; owner: RoamingClient; seeker: RoamingClient; sent: string[] };

/** Both people of a chat, each on another node to begin with. */
const openPeople = async (urls: string[], index: number): Promise<People> => {
  const { chatId, ownerId, seekerId } = await anApprovedChat({ url: urls[index % urls.length] ?? "" });
  const owner = openRoamingClient({ urls, first: index, userId: ownerId, chatId });
  const seeker = openRoamingClient({ urls, first: index + 1, userId: seekerId, chatId });
  return { chatId, owner, seeker, sent: [] };
};

const openAllPeople = async (urls: string[]): Promise<People[]> => {
  const all: People[] = [];
  for (let index = 0; index < chatCount; index += 25) {
    const some = Array.from({ length: 25 }, (_, more) => openPeople(urls, index + more));
    all.push(...(await Promise.all(some)));
  }
  return all;
};

/** All write in turn, each every `sendEveryMs`, whatever becomes of it. @returns what ends it */
const keepWriting = (all: People[]): (() => void) => {
  let count = 0;
  const write = (): void => {
    const people = all[Math.floor(count / 2) % all.length];
    const person = count % 2 === 0 ? people?.owner : people?.seeker;
    if (!people || !person) return;
    const content = `${person.userId} ${count}`;
    count += 1;
    people.sent.push(content);
    void person.send(content);
  };
  const timer = setInterval(write, sendEveryMs / (2 * all.length));
  return () => clearInterval(timer);
};

/** After so long a node ends in spite of what is still open, with exit code 1; a busy machine may get there. */
const ownDeadlineMs = 20_000;

const restart = async (node: NodeProcess): Promise<void> => {
  const began = Date.now();
  const how = await node.stop("SIGTERM");
  expect(how).toEqual(Date.now() - began < ownDeadlineMs ? "exit code 0" : expect.stringMatching(/^exit code [01]$/));
  await node.start();
};

type Entry = { seq: number; senderId: string | null; content: string };
const logOf = async (url: string, { chatId, owner }: People): Promise<Entry[]> => {
  const { body } = await callAs({ url }, owner.userId, "GET", `/api/chat/${chatId}/messages?after=0&limit=200`);
  return body["messages"] as Entry[];
};

const largest = (values: number[]): string => `${Math.round(Math.max(...values))} ms`;

test("during a rolling restart of two nodes under load no send of 500 clients fails", async () => {
  await using nodes = await openNodeProcesses();
  const settings = { MONGODB_URI: databaseUri(uniqueName("rolling")) };
  const [one, other] = [await nodes.startNode(settings), await nodes.startNode(settings)];
  const people = await openAllPeople([one.url, other.url]);
  const clients = people.flatMap(({ owner, seeker }) => [owner, seeker]);
  const allIn = (): boolean => clients.every((client) => client.isIn());
  try {
    await until(allIn, "everybody being in");
    const stopWriting = keepWriting(people);
    await pause(sendEveryMs);
    await restart(one);
    await restart(other);
    await pause(sendEveryMs);
    stopWriting();
    await until(() => allIn() && clients.every(({ unacked }) => unacked() === 0), "everything being acked");

    for (const chat of people) {
      const log = await logOf(one.url, chat);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
      const written = log.filter(({ senderId }) => senderId !== null);
      for (const { userId } of [chat.owner, chat.seeker]) {
        const own = (content: string): boolean => content.startsWith(userId);
        expect(written.map(({ content }) => content).filter(own)).toEqual(chat.sent.filter(own));
      }
      for (const { held } of [chat.owner, chat.seeker]) {
        await until(() => held.size === log.length, "a client having the whole log");
        expect(log.map(({ seq }) => held.get(seq)?.content)).toEqual(log.map(({ content }) => content));
      }
    }
    // Everybody was sent elsewhere once at least, and heard nothing worse than "try again".
    expect(clients.filter(({ connections }) => connections() < 2)).toEqual([]);
    expect(clients.flatMap(({ refusals }) => refusals).filter((code) => code !== "unavailable")).toEqual([]);
    const acked = people.reduce((sum, { sent }) => sum + sent.length, 0);
    const away = largest(clients.map(({ longest }) => longest.awayMs));
    const unacked = largest(clients.map(({ longest }) => longest.unackedMs));
    console.info(`${acked} sends of 500 clients; the longest gap without a chat ${away}, the longest send ${unacked}`);
  } finally {
    for (const client of clients) client.stop();
  }
});
