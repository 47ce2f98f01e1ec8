import { describe, expect, test } from "@jest/globals";
import crc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";
import type { FetchedMessage } from "../../../consumers/fetch/fetched-message.ts";
import { readRecordSet } from "../../../consumers/fetch/read-record-set.ts";
import { aBatch } from "../../support/batches.ts";

const megabyte = 1024 * 1024;
const crcAt = 17;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const recordsAt = 61;

const read = (set: Buffer, fetchOffset = 0, left = 64 * megabyte): Promise<FetchedMessage[]> =>
  readRecordSet({ set, fetchOffset, highWatermark: 1_000_000, share: { left } });

/** The batch with its bytes changed, and a checksum that is right again. */
const changed = (batch: Buffer, change: (copy: Buffer) => Buffer | void): Buffer => {
  const copy = Buffer.from(batch);
  const result = change(copy) ?? copy;
  result.writeInt32BE(result.length - 12, 8);
  result.writeUInt32BE(crc32c(result.subarray(attributesAt)), crcAt);
  return result;
};

const seen = (messages: FetchedMessage[]): string[] =>
  messages.map(({ offset, value, isControlRecord, undecodable }) => {
    if (undecodable) return `${undecodable.firstOffset}-${offset} undecodable`;
    return isControlRecord ? `${offset} gap` : `${offset} ${value === null ? null : value.toString()}`;
  });

const detailsOf = (messages: FetchedMessage[]) => messages.flatMap(({ undecodable }) => undecodable?.detail ?? []);

const abc = [{ value: "a" }, { value: "b" }, { value: "c" }];

describe.each([
  ["not packed", 0],
  ["gzip", 1],
  ["snappy", 2],
  ["zstd", 4],
])("a batch, %s", (_, compression) => {
  test("gives its records from the wanted one on, with key, value, headers and time", async () => {
    const headers = { trace: "t-1" };
    const batch = await aBatch([{ value: "a" }, { value: null, key: "k", headers }], { firstOffset: 7, compression });
    const [first, second] = await read(batch, 7);
    expect(first).toMatchObject({ offset: "7", key: null, value: Buffer.from("a") });
    expect(second).toMatchObject({ offset: "8", key: Buffer.from("k"), value: null });
    expect(second?.headers).toEqual({ trace: Buffer.from("t-1") });
    expect(Math.abs(Number(second?.timestamp) - Date.now())).toBeLessThan(60_000);
    expect(seen(await read(batch, 8))).toEqual(["8 null"]);
  });

  test("is handed over in parts, none twice and none left out, when it is larger than what may be taken", async () => {
    const values = Array.from({ length: 5_000 }, (__, index) => ({ value: `value ${index}` }));
    const batch = await aBatch(values, { firstOffset: 100, compression });
    const all: string[] = [];
    for (let next = 100; next < 5_100; ) {
      const part = await read(batch, next, 100_000);
      expect(part.length).toBeLessThan(200);
      all.push(...seen(part));
      next += part.length;
    }
    expect(all).toEqual(values.map(({ value }, index) => `${100 + index} ${value}`));
  });

  test("one of its records may be larger than all that may be taken", async () => {
    const batch = await aBatch([{ value: Buffer.alloc(3 * megabyte) }, { value: "b" }], { compression });
    expect(await read(batch, 0, 1)).toHaveLength(1);
    expect(seen(await read(batch, 1, 1))).toEqual(["1 b"]);
  });

  test("a record of 40 MB alone is passed over; what stands beside it is not", async () => {
    const batch = await aBatch([{ value: "a" }, { value: Buffer.alloc(40 * megabyte) }, { value: "c" }], {
      compression,
    });
    const messages = await read(batch);
    // Raw snappy is unpacked as a whole.
    const isWhole = compression === 2;
    expect(seen(messages)).toEqual(isWhole ? ["0-2 undecodable"] : ["0 a", "1-1 undecodable", "2 c"]);
    expect(detailsOf(messages)).toHaveLength(1);
  });
});

describe("what cannot be read is passed over, as one message, and says why", () => {
  test.each<[string, string[], RegExp, (batch: Buffer) => Buffer]>([
    [
      "a wrong checksum",
      ["0-2 undecodable"],
      /checksum/,
      (batch) => {
        batch.writeUInt8((batch.at(-1) ?? 0) ^ 1, batch.length - 1);
        return batch;
      },
    ],
    [
      "an unknown codec",
      ["0-2 undecodable"],
      /codec 6/,
      (batch) => changed(batch, (copy) => void copy.writeInt16BE(6, attributesAt)),
    ],
    [
      "packed bytes that are none",
      ["0-2 undecodable"],
      /gzip/,
      (batch) => changed(batch, (copy) => void copy.writeInt16BE(1, attributesAt)),
    ],
    [
      "fewer records than it says",
      ["0 a", "1 b", "2 c", "3-3 undecodable"],
      /ends before/,
      (batch) =>
        changed(batch, (copy) => {
          copy.writeInt32BE(3, lastOffsetDeltaAt);
          copy.writeInt32BE(4, recordsAt - 4);
        }),
    ],
    [
      "records that end in the middle",
      ["0 a", "1 b", "2-2 undecodable"],
      /ends before/,
      (batch) => changed(batch, (copy) => copy.subarray(0, copy.length - 2)),
    ],
    [
      "a record whose value is longer than the record",
      ["0-0 undecodable", "1 b", "2 c"],
      /ends early/,
      (batch) => changed(batch, (copy) => void copy.writeUInt8(120, recordsAt + 5)),
    ],
    [
      "an unknown magic",
      ["0-2 undecodable"],
      /format is 3/,
      (batch) => changed(batch, (copy) => void copy.writeInt8(3, 16)),
    ],
  ])("%s", async (_, expected, why, harm) => {
    const next = await aBatch([{ value: "next" }], { firstOffset: 10 });
    const messages = await read(Buffer.concat([harm(await aBatch(abc)), next]));
    expect(seen(messages)).toEqual([...expected, "10 next"]);
    for (const detail of detailsOf(messages)) expect(detail).toMatch(why);
  });

  test("a packed batch that ends early", async () => {
    const packed = await aBatch(abc, { compression: 1 });
    const cut = changed(packed, (copy) => copy.subarray(0, copy.length - 12));
    expect(seen(await read(cut)).at(-1)).toMatch(/-2 undecodable/);
  });

  test("a batch's length that leads nowhere", async () => {
    const batch = await aBatch(abc, { firstOffset: 3 });
    batch.writeInt32BE(-7, 8);
    expect(seen(await read(batch))).toEqual(["3-3 undecodable"]);
  });
});

describe("a batch of which compaction took", () => {
  test("the last records is passed over to its end", async () => {
    expect(seen(await read(await aBatch(abc, { lastOffsetDelta: 9 })))).toEqual(["0 a", "1 b", "2 c", "9 gap"]);
  });

  test("all records is passed over", async () => {
    expect(seen(await read(await aBatch([], { firstOffset: 5, lastOffsetDelta: 2 }), 5))).toEqual(["7 gap"]);
  });
});

test("a batch at the end that is not whole comes with the next fetch", async () => {
  const whole = await aBatch(abc);
  const cut = (await aBatch(abc, { firstOffset: 3 })).subarray(0, 70);
  expect(seen(await read(Buffer.concat([whole, cut])))).toEqual(["0 a", "1 b", "2 c"]);
  expect(await read(cut, 3)).toEqual([]);
});
