import { expect, test } from "@jest/globals";
import { readFetchResponse } from "../../../consumers/fetch/read-response.ts";
import { aBatch } from "../../support/batches.ts";

const version = 4;

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

/** A broker's answer of version 4 with these partitions of the topic `t`, each with the same batch. */
const answerOf = (partitions: number[], set: Buffer): Buffer =>
  Buffer.concat([
    int32(0),
    int32(1),
    int16(1),
    Buffer.from("t"),
    int32(partitions.length),
    ...partitions.flatMap((partition) => [
      int32(partition),
      int16(0),
      int64(3n),
      int64(3n),
      int32(0),
      int32(set.length),
      set,
    ]),
  ]);

const asked = (partition: number, fetchOffset: number) => ({ topic: "t", partitions: [{ partition, fetchOffset }] });

test("each partition begins where it was asked to, also where its topic stands in the request several times", async () => {
  const set = await aBatch([{ value: "a" }, { value: "b" }, { value: "c" }]);
  const request = [
    asked(2, 1),
    { topic: "other", partitions: [{ partition: 0, fetchOffset: 9 }] },
    asked(0, 2),
    asked(1, 0),
  ];
  const { responses } = await readFetchResponse(answerOf([0, 1, 2], set), version, request);
  const offsets = responses[0]?.partitions.map(({ partition, messages }) => [
    partition,
    messages.map(({ offset }) => offset),
  ]);
  expect(offsets).toEqual([
    [0, ["2"]],
    [1, ["0", "1", "2"]],
    [2, ["1", "2"]],
  ]);
});

test("a partition that was not asked for fails the fetch: kafkajs would pass over messages that it never had", async () => {
  const set = await aBatch([{ value: "a" }]);
  await expect(readFetchResponse(answerOf([1], set), version, [asked(0, 0)])).rejects.toThrow("was not asked for");
});
