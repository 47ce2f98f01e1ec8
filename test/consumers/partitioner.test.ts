import { expect, test } from "@jest/globals";
import { Partitioners } from "kafkajs";
import { createPartitioner } from "../../consumers/kafka/partitioner.ts";
import { uniqueName } from "../support/services.ts";

const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 0,
  replicas: [0],
  isr: [0],
}));
const at = (key: string | Buffer | null) => ({ topic: "t", partitionMetadata, message: { key, value: null } });

test("an id goes where every other client puts it", () => {
  const [ours, theirs] = [createPartitioner(), Partitioners.DefaultPartitioner()];
  const ids = Array.from({ length: 100 }, () => uniqueName("booking").padEnd(128, "x"));
  expect(ids.map((id) => ours(at(id)))).toEqual(ids.map((id) => theirs(at(id))));
  expect(ids.map((id) => ours(at(Buffer.from(id))))).toEqual(ids.map((id) => theirs(at(id))));
});

test("a key of a megabyte has its place as well, always the same", () => {
  const choose = createPartitioner();
  const key = "k".repeat(1_000_000);
  expect(choose(at(Buffer.from(key)))).toBe(choose(at(key)));
});

test("records without a key are spread", () => {
  const choose = createPartitioner();
  expect(new Set(Array.from({ length: 24 }, () => choose(at(null)))).size).toBe(12);
});
