import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { until } from "../support/chat-client.ts";
import { type NodeProcess, type NodeProcesses, openNodeProcesses } from "../support/node-process.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";
import { acts, between, seqsOf } from "./acts.ts";
import { limitMs, runs, seed } from "./settings.ts";
import { bringTwoPeople, type Model, newModel, roles, type TwoPeople, type Way } from "./two-people.ts";

let processes: NodeProcesses;
let nodes: [NodeProcess, NodeProcess];
beforeAll(async () => {
  processes = await openNodeProcesses();
  const settings = { MONGODB_URI: databaseUri(uniqueName("fuzz")) };
  nodes = [await processes.startNode(settings), await processes.startNode(settings)];
});
afterAll(async () => processes[Symbol.asyncDispose]());

const everyWay: Way[] = roles.flatMap((role) => ([0, 1] as const).map((node): Way => ({ role, node, edge: "rest" })));

/** What stands in the log, in the inbox and in what was heard, against what was done. */
const allAgree = async (model: Model, people: TwoPeople): Promise<void> => {
  const whole = await people.page({ role: "owner", node: 1, edge: "rest" }, "after=0&limit=200");
  expect(seqsOf(whole.messages)).toEqual(between(1, model.lastSeq));
  for (const { seq, content, type } of whole.messages) {
    expect([seq, type === "text" ? content : undefined]).toEqual([seq, model.said.get(seq)?.content]);
  }
  for (const way of everyWay) {
    await until(async () => (await people.inbox(way)).lastSeq === model.lastSeq, "the inbox is as the log");
    const chat = await people.inbox(way);
    expect([chat.status, chat.lastMessage]).toEqual([model.status, whole.messages.at(-1)]);
    for (const [role, userId] of [
      ["owner", chat.ownerId],
      ["seeker", chat.seekerId],
    ] as const) {
      expect(chat.read[userId]?.seq).toBeGreaterThanOrEqual(model.read[role]);
      expect(chat.delivered[userId]?.seq).toBeGreaterThanOrEqual(model.delivered[role]);
    }
    const mine = way.role === "owner" ? chat.ownerId : chat.seekerId;
    const lastSent = Math.max(0, ...[...model.said].filter(([, { role }]) => role === way.role).map(([seq]) => seq));
    const readUpTo = Math.max(chat.read[mine]?.seq ?? 0, lastSent);
    const unread = whole.messages.filter(({ seq, senderId }) => seq > readUpTo && senderId !== mine);
    expect([way, chat.unreadCount]).toEqual([way, unread.length]);
  }
};

/** Each socket that joined has heard all that came later, at least once and always the same. */
const allHeard = async (model: Model, people: TwoPeople, joinedAt: number[]): Promise<void> => {
  for (const [index, { messages }] of people.heard.entries()) {
    const later = between((joinedAt[index] ?? 0) + 1, model.lastSeq);
    await until(() => later.every((seq) => messages.some((message) => message.seq === seq)), "all was heard");
    for (const { seq, type, content } of messages) {
      if (type === "text") expect([seq, content]).toEqual([seq, model.said.get(seq)?.content]);
    }
  }
};

test(
  `two people over two nodes: whatever they do, log, inbox, marks and ears agree (seed ${seed})`,
  async () => {
    const property = fc.asyncProperty(fc.commands(acts, { maxCommands: 40, size: "max" }), async (all) => {
      const [model, people] = [newModel(), await bringTwoPeople(nodes)];
      const joinedAt: number[] = [];
      const joining: TwoPeople = {
        ...people,
        join: async (way, afterSeq) => {
          joinedAt.push(model.lastSeq);
          return people.join(way, afterSeq);
        },
      };
      try {
        await fc.asyncModelRun(() => ({ model, real: joining }), all);
        await allAgree(model, people);
        await allHeard(model, people, joinedAt);
      } finally {
        people.leave();
      }
      expect(nodes.every((node) => node.isRunning())).toBe(true);
    });
    await fc.assert(property, runs(12));
  },
  limitMs,
);
