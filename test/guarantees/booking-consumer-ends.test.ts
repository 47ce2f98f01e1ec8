import { afterEach, expect, test } from "@jest/globals";
import fetchRequests from "kafkajs/src/protocol/requests/fetch/index.js";
import { until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { runSource } from "../support/run-source.ts";

const mends: (() => void)[] = [];
const mend = (): void => {
  for (const one of mends.splice(0)) one();
};
afterEach(mend);

/** Makes kafkajs fail where it reads what was fetched, which no handler can catch. After the source: that guards it. */
const breakFetches = (error: () => Error): void => {
  const { protocol } = fetchRequests;
  const decode = async (): Promise<never> => {
    throw error();
  };
  mends.push(() => Object.assign(fetchRequests, { protocol }));
  fetchRequests.protocol = (options) => {
    const build = protocol(options);
    return (call) => {
      const { response, ...request } = build(call);
      return { ...request, response: { ...response, decode } };
    };
  };
};

test.each([
  ["a TypeError", () => new TypeError("inside kafkajs")],
  ["an error that is final", () => Object.assign(new Error("inside kafkajs"), { retriable: false })],
])("a consumer that ends of %s is made anew, and goes on where it was", async (_, error) => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await kafka.publish({ topic: kafka.topics.approved, key: "k", value: "one" });
  const done: string[] = [];
  await using source = runSource(kafka, { handle: async ({ value }) => void done.push(String(value)) });
  breakFetches(error);
  await until(() => source.counts.restarted >= 2, "two restarts");
  expect(done).toEqual([]);
  mend();
  await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 1);
  expect(done).toEqual(["one"]);
  expect(source.gaveUp).toEqual([]);
  expect(source.health()).toMatchObject({ alive: true, joined: true });
});

test("a consumer that ends again and again is given up, so that the process ends and somebody sees it", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await kafka.publish({ topic: kafka.topics.approved, key: "k", value: "one" });
  await using source = runSource(kafka, { handle: async () => undefined });
  breakFetches(() => new TypeError("inside kafkajs"));
  await until(() => source.gaveUp.length > 0, "giving up");
  expect(source.health()).toMatchObject({ alive: false });
  expect(await kafka.committedCount(kafka.topics.approved)).toBe(0);
});
