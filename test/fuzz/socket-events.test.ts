import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { clientEventSchemas } from "../../src/contract/client-events.ts";
import { ask, type Client, connect, until } from "../support/chat-client.ts";
import { type Ground, openGround } from "./ground.ts";
import { leakIn } from "./leaks.ts";
import { nearValid } from "./near-valid.ts";
import { limitMs, runs, seed } from "./settings.ts";
import { valuesOf } from "./values-of.ts";

type Sent = { event: string; payload: unknown; more: unknown[]; by: number };

let ground: Ground;
let sockets: Client[];
const heard: [event: string, payload: unknown][] = [];

beforeAll(async () => {
  ground = await openGround();
  const { nodes, people, outsiderId } = ground;
  sockets = [
    await connect(nodes[0], people.ownerId),
    await connect(nodes[1], people.seekerId),
    await connect(nodes[1], outsiderId),
  ];
  for (const socket of sockets) socket.onAny((event: string, payload: unknown) => heard.push([event, payload]));
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await ground[Symbol.asyncDispose]();
});

/** Events as the AsyncAPI document has them, and some that it has not. What Socket.IO keeps for itself no client emits. */
const events = ({ documents, hints }: Ground): fc.Arbitrary<Sent> => {
  const { clientEvents, resolve } = documents;
  const context = { resolve: resolve.asyncapi, hints };
  const known = clientEvents.map(({ name, payload }) =>
    fc.record({ event: fc.constant(name), payload: nearValid(valuesOf(payload, context)) }),
  );
  const unknown = fc.record({
    event: fc.constantFrom("", "__proto__", "toString", "constructor", "receive_message", "x".repeat(2_000), "\ud800"),
    payload: nearValid(fc.constant({})),
  });
  const bytes = fc.record({
    event: fc.constantFrom(...clientEvents.map(({ name }) => name)),
    payload: fc.uint8Array({ maxLength: 64 }).map((content) => ({ chatId: Buffer.from(content), content })),
  });
  const one = fc.oneof(
    { weight: 5 * known.length, arbitrary: fc.oneof(...known) },
    { weight: 2, arbitrary: unknown },
    { weight: 1, arbitrary: bytes },
  );
  const more = fc.array<unknown>(fc.jsonValue(), { maxLength: 2, size: "xsmall" });
  return fc.tuple(one, more, fc.nat({ max: 2 })).map(([sent, others, by]) => ({ ...sent, more: others, by }));
};

/** What is wrong with an answer, null where it is as promised. */
const faultOf = ({ event, payload }: Sent, answer: Record<string, unknown>): string | null => {
  const { documents } = ground;
  const ack = documents.clientEvents.some(({ name }) => name === event) ? `${event}_ack` : "leave_chat_ack";
  const wrong = documents.wrongMessage(ack, answer);
  if (wrong !== null) return wrong;
  if (answer["ok"] === true) return null;
  const { code } = answer["error"] as { code: string };
  return code === "internal" ? "internal" : leakIn(answer, JSON.stringify(payload) ?? "");
};

const answeredWell = async (sent: Sent): Promise<void> => {
  const socket = sockets[sent.by];
  if (socket === undefined) throw new Error("no such socket");
  const answer = await ask(socket, sent.event, sent.payload, ...sent.more);
  expect([faultOf(sent, answer), answer]).toEqual([null, answer]);
};

/** Whoever was put out of the node by what was sent comes in again, and that is a fault. */
const nobodyWasPutOut = async (): Promise<void> => {
  const out = sockets.filter(({ connected }) => !connected);
  for (const socket of out) socket.connect();
  await until(() => sockets.every(({ connected }) => connected));
  expect(out).toHaveLength(0);
};

test("the events that are fuzzed are all that there are", () => {
  const names = ground.documents.clientEvents.map(({ name }) => name);
  expect(names.toSorted()).toEqual(Object.keys(clientEventSchemas([])).toSorted());
});

test(
  `every event of every shape is answered as the contract says, and costs nobody else (seed ${seed})`,
  async () => {
    const together = fc.array(events(ground), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(together, async (all) => {
      heard.length = 0;
      await Promise.all(all.map(answeredWell));
      await nobodyWasPutOut();
      for (const [event, payload] of heard) {
        expect([event, payload, ground.documents.wrongMessage(event, payload)]).toEqual([event, payload, null]);
      }
      await ground.neighboursTalk();
    });
    await fc.assert(property, runs(100));
  },
  limitMs,
);
