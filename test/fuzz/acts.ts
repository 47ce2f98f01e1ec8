import { expect } from "@jest/globals";
import * as fc from "fast-check";
import type { Message } from "../../src/chat/log/entry.ts";
import { type Model, type Role, roles, type TwoPeople, type Way } from "./two-people.ts";

type Act = fc.AsyncCommand<Model, TwoPeople>;

const named = (name: string, parts: object, run: Act["run"]): Act => ({
  check: () => true,
  run,
  toString: () => `${name} ${JSON.stringify(parts)}`,
});

/** Sending reads, and receives, all that came before. */
const noteSent = (model: Model, role: Role, content: string, key: string | undefined): number => {
  model.lastSeq += 1;
  const seq = model.lastSeq;
  model.said.set(seq, { role, content });
  if (key !== undefined) model.keys.set(`${role} ${key}`, { seq, content });
  return seq;
};

const seqOf = (message: unknown): number => (message as Message).seq;

const send = (way: Way, content: string, key: string | undefined): Act =>
  named("send", { ...way, content, key }, async (model, people) => {
    const known = key === undefined ? undefined : model.keys.get(`${way.role} ${key}`);
    const { code, body } = await people.send(way, content, key);
    if (known) {
      expect(code).toBe(known.content === content ? null : "idempotency_conflict");
      if (code === null) expect(seqOf(body["message"])).toBe(known.seq);
    } else if (model.status === "active") {
      expect([code, body["message"]]).toEqual([
        null,
        expect.objectContaining({ seq: noteSent(model, way.role, content, key), content }),
      ]);
    } else expect(code).toBe("chat_not_active");
  });

/** Both at the same moment, on different nodes: one after the other in the log. */
const sendTogether = (node: 0 | 1): Act =>
  named("send together", { node }, async (model, people) => {
    const ways = [
      { role: "owner", node, edge: "socket" },
      { role: "seeker", node: node === 0 ? 1 : 0, edge: "socket" },
    ] as const;
    const outcomes = await Promise.all(ways.map((way) => people.send(way, way.role, undefined)));
    const codes = outcomes.map(({ code }) => code);
    const code = model.status === "active" ? null : "chat_not_active";
    expect(codes).toEqual([code, code]);
    if (code !== null) return;
    const seqs = outcomes.map(({ body }) => seqOf(body["message"]));
    for (const index of seqs[0]! < seqs[1]! ? [0, 1] : [1, 0]) {
      const way = ways[index]!;
      expect(noteSent(model, way.role, way.role, undefined)).toBe(seqs[index]);
    }
  });

const mark = (kind: "read" | "delivered", way: Way, seq: number | undefined): Act =>
  named(`mark ${kind}`, { ...way, seq }, async (model, people) => {
    const act = kind === "read" ? people.markRead(way, seq) : people.markDelivered(way, seq ?? model.lastSeq);
    const { code, body } = await act;
    expect(code).toBeNull();
    const asked = Math.min(seq ?? model.lastSeq, model.lastSeq);
    const moved = Math.max(model[kind][way.role], asked);
    // Sending moves a mark as well, which not every look at it says at once: it is never below what was asked for.
    const { seq: stands } = body[kind] as unknown as { seq: number };
    expect(stands).toBeGreaterThanOrEqual(moved);
    expect(stands).toBeLessThanOrEqual(model.lastSeq);
    model[kind][way.role] = stands;
    if (kind === "read") model.delivered[way.role] = Math.max(model.delivered[way.role], stands);
  });

const changeStatus = (way: Way | "service", status: Model["status"]): Act =>
  named("change status", { way, status }, async (model, people) => {
    const owners = way !== "service" && way.role === "owner";
    const may = way === "service" || (owners && status !== "closed" && model.status !== "closed");
    const { code } = await people.changeStatus(way, status);
    expect(code).toBe(may ? null : "forbidden");
    if (!may || model.status === status) return;
    model.status = status;
    model.lastSeq += 1;
  });

const seqsOf = (messages: Message[]): number[] => messages.map(({ seq }) => seq);
const between = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);

const join = (way: Way, back: number): Act =>
  named("join", { ...way, back }, async (model, people) => {
    const afterSeq = Math.max(0, model.lastSeq - back);
    const { messages, hasMore, chat } = await people.join(way, afterSeq);
    expect(seqsOf(messages)).toEqual(between(afterSeq + 1, model.lastSeq));
    expect(hasMore).toBe(false);
    // The card may be behind the log for a moment, never behind the page that comes with it, nor what the client has.
    expect(chat.lastSeq).toBeGreaterThanOrEqual(Math.max(1, messages.at(-1)?.seq ?? afterSeq));
    if (chat.lastSeq === model.lastSeq) expect(chat.status).toBe(model.status);
  });

const page = (way: Way, back: number, limit: number): Act =>
  named("page", { ...way, back, limit }, async (model, people) => {
    const before = Math.max(1, model.lastSeq + 1 - back);
    const { messages, hasMore } = await people.page(way, `before=${before}&limit=${limit}`);
    expect(seqsOf(messages)).toEqual(between(Math.max(1, before - limit), before - 1));
    expect(hasMore).toBe(before - limit > 1);
  });

const ways: fc.Arbitrary<Way> = fc.record({
  role: fc.constantFrom(...roles),
  node: fc.constantFrom(0, 1),
  edge: fc.constantFrom("socket", "rest"),
});
const contents = fc.constantFrom("a", "b", "👍🏽", "two\nlines", "x".repeat(4_000));
const keys = fc.constantFrom(undefined, undefined, "one", "two", "three");
const places = fc.oneof(fc.nat({ max: 30 }), fc.constantFrom(undefined, 1_000_000));

/** What two people may do, one thing after another. */
export const acts: fc.Arbitrary<Act>[] = [
  fc.tuple(ways, contents, keys).map(([way, content, key]) => send(way, content, key)),
  fc.tuple(ways, contents, keys).map(([way, content, key]) => send(way, content, key)),
  fc.constantFrom(0, 1).map((node) => sendTogether(node)),
  fc.tuple(ways, places).map(([way, seq]) => mark("read", way, seq)),
  fc.tuple(ways, places).map(([way, seq]) => mark("delivered", way, seq)),
  fc.tuple(ways, fc.constantFrom("readonly", "active", "closed")).map(([way, status]) => changeStatus(way, status)),
  fc.constantFrom("readonly", "active", "active", "closed").map((status) => changeStatus("service", status)),
  fc.tuple(ways, fc.nat({ max: 10 })).map(([way, back]) => join(way, back)),
  fc
    .tuple(ways, fc.nat({ max: 20 }), fc.integer({ min: 1, max: 12 }))
    .map(([way, back, limit]) => page(way, back, limit)),
];

export { between, seqsOf };
