import { describe, expect, test } from "@jest/globals";
import kafkajs, { type Admin } from "kafkajs";
import { createAndAwait, createTopics } from "../../consumers/kafka/create-topics.ts";
import { openTestKafka } from "../support/kafka.ts";
import { uniqueName } from "../support/services.ts";

const { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;

test("creates what is missing, and nothing twice", async () => {
  await using kafka = await openTestKafka({ create: false });
  const [one, two] = [uniqueName("one"), uniqueName("two")];
  const { brokers } = kafka.address;
  await createTopics({ brokers, topics: [one], partitions: 2 });
  await createTopics({ brokers, topics: [one, two, two], partitions: 3 });
  const partitions = async (topic: string) => Object.keys(await kafka.written(topic)).length;
  expect([await partitions(one), await partitions(two)]).toEqual([2, 3]);
});

const protocolError = (type: string, code: number) =>
  new KafkaJSProtocolError(Object.assign(new Error(type), { type, code, retriable: true }));
const givenUp = (cause: Error) => new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 1, retryTime: 100 });

/** A broker that answers what it has just created like this, one after the other: no real one does so when it is asked to. */
const answering = (answers: (Error | null)[]) => {
  const created: boolean[] = [];
  const admin = {
    createTopics: async () => created.push(true),
    fetchTopicMetadata: async () => {
      if (answers[0] instanceof Error) throw answers.shift();
    },
    fetchTopicOffsets: async () => {
      answers.shift();
      if (answers[0] instanceof Error) throw answers.shift();
    },
  } as unknown as Admin;
  return { admin, created };
};

describe("a broker that does not know yet what it just created", () => {
  test("is asked until it does, and creates once", async () => {
    const unknown = protocolError("UNKNOWN_TOPIC_OR_PARTITION", 3);
    const answers = [
      unknown,
      givenUp(unknown),
      protocolError("LEADER_NOT_AVAILABLE", 5),
      // It is told as the leader, and does not know it yet.
      null,
      protocolError("NOT_LEADER_FOR_PARTITION", 6),
      null,
    ];
    const { admin, created } = answering(answers);
    await createAndAwait(admin, [{ topic: "t" }]);
    expect({ answers, created }).toEqual({ answers: [], created: [true] });
  });

  test("and one that refuses is believed", async () => {
    const { admin } = answering([protocolError("TOPIC_AUTHORIZATION_FAILED", 29)]);
    await expect(createAndAwait(admin, [{ topic: "t" }])).rejects.toThrow("TOPIC_AUTHORIZATION_FAILED");
  });
});
