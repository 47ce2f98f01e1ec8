import { expect, test } from "@jest/globals";
import { openTopicReader } from "../../../consumers/dlq/topic-reader.ts";
import { openTestKafka } from "../../support/kafka.ts";
import { uniqueName } from "../../support/services.ts";
import { putLetter } from "./letters.ts";

/** The least that brokers allow. */
const sessionTimeoutMs = 6_000;

/** The whole process stands, as that of a computer that sleeps. */
const stand = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test("a reader that Kafka took for dead does not go on: another one may have been at work since", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  for (const key of ["a", "b", "c"]) await putLetter(kafka, "not_json", { key });
  const { client, topics } = kafka;
  await using reader = await openTopicReader({ client, topic: topics.dlq, groupId: uniqueName("g"), sessionTimeoutMs });
  const seen: string[] = [];
  const handle = async ({ offset }: { offset: string }): Promise<void> => {
    seen.push(offset);
    stand(2 * sessionTimeoutMs);
  };
  await expect(reader?.read(handle, AbortSignal.timeout(600_000))).rejects.toThrow("call it again");
  expect(seen).toEqual(["0"]);
});
