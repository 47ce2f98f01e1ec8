import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { connect } from "../support/chat-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// One client cannot be many by the way its address is written, on neither edge.
let node: TestNode;
beforeAll(async () => {
  node = await startNode({ TRUSTED_PROXIES: "1", LIMIT_REQUESTS_PER_MIN: "15", LIMIT_HANDSHAKES_PER_MIN: "3" });
});
afterAll(() => node.stop(2_000));

const part = (): string => Math.floor(Math.random() * 0xffff).toString(16);
const [four, group] = [`203.0.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`, part()];
const hex = (from: number): string =>
  four
    .split(".")
    .slice(from, from + 2)
    .map((byte) => Number(byte).toString(16).padStart(2, "0"))
    .join("");

/** Ways to write one address, of which each test takes as many as a limit has, and one more. */
const spellings: [string, (count: number) => string][] = [
  ["with another port each time", (count) => `${four}:${50_000 + count}`],
  ["as IPv6, in letters or in numbers", (count) => (count % 2 === 0 ? `::ffff:${four}` : `::ffff:${hex(0)}:${hex(2)}`)],
  ["behind addresses that it made up", (count) => `198.51.100.${count}, ${four}`],
  ["with another end of its own /64", (count) => `2001:db8:${group}:1::${count.toString(16)}`],
  ["in brackets with a port", (count) => `[2001:db8:${group}:1:${count}::]:${50_000 + count}`],
  ["as what is no address", (count) => `client-${count}`],
];

describe("a client whose address is written as", () => {
  test.each(spellings)("%s is counted as one over REST", async (_how, address) => {
    const call = async (count: number): Promise<number> =>
      (await fetch(`${node.url}/nowhere`, { headers: { "x-forwarded-for": address(count) } })).status;
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push(await call(count));
    expect(statuses.at(-1)).toBe(429);
  });

  test.each(spellings)("%s is counted as one over Socket.IO", async (_how, address) => {
    const enter = async (count: number): Promise<string | undefined> => {
      const extraHeaders = { "x-forwarded-for": address(count) };
      try {
        (await connect(node, "u", { extraHeaders, reconnection: false })).disconnect();
        return undefined;
      } catch (error) {
        return (error as { data?: { code?: string } }).data?.code;
      }
    };
    const codes: (string | undefined)[] = [];
    for (let count = 0; count < 4; count += 1) codes.push(await enter(count));
    expect(codes.at(-1)).toBe("rate_limited");
  });

  test("of another address is served, whatever others did", async () => {
    const headers = { "x-forwarded-for": "192.0.2.200" };
    expect((await fetch(`${node.url}/nowhere`, { headers })).status).toBe(404);
    (await connect(node, "u", { extraHeaders: headers })).disconnect();
  });
});
