import { expect, test } from "@jest/globals";
import { type Frame, walkFrames } from "../../../consumers/fetch/walk-frames.ts";

/** Records of these bytes, each with its length before it, in pieces of so many bytes. */
const pieces = (records: number[], bytes: number): Buffer[] => {
  const whole = Buffer.concat(records.flatMap((size) => [Buffer.from([size * 2]), Buffer.alloc(size, size)]));
  const count = Math.ceil(whole.length / bytes);
  return Array.from({ length: count }, (_, index) => whole.subarray(index * bytes, (index + 1) * bytes));
};

const walk = async (parts: Partial<Parameters<typeof walkFrames>[0]>) => {
  const frames: Frame[] = [];
  const isAll = await walkFrames({
    unpack: () => [],
    count: 3,
    mostRecordBytes: 1_000,
    mostBatchBytes: 1_000,
    onFrame: (frame) => frames.push(frame) > 0,
    ...parts,
  });
  return { isAll, frames };
};

test.each([1, 2, 3, 7, 1_000])("records come whole out of pieces of %s bytes", async (bytes) => {
  const { isAll, frames } = await walk({ unpack: () => pieces([3, 0, 60], bytes) });
  expect(isAll).toBe(true);
  expect(frames.map(({ body }) => body.length)).toEqual([3, 0, 60]);
  for (const { body } of frames) expect(body.every((byte) => byte === body.length)).toBe(true);
});

test.each([1, 5, 1_000])("of a record that is too large only the beginning comes, in pieces of %s", async (bytes) => {
  const { frames } = await walk({ unpack: () => pieces([2, 60, 4], bytes), mostRecordBytes: 50 });
  expect(frames.map(({ body, bytes: all, isWhole }) => [body.length, all, isWhole])).toEqual([
    [2, 2, true],
    [32, 60, false],
    [4, 4, true],
  ]);
});

test("no more is unpacked than was wanted", async () => {
  let given = 0;
  function* counted(): Generator<Buffer> {
    for (const piece of pieces([3, 3, 3], 4)) {
      given += 1;
      yield piece;
    }
  }
  const { isAll, frames } = await walk({ unpack: counted, onFrame: () => false });
  expect([isAll, frames.length, given]).toEqual([false, 0, 1]);
});

test("ends where it unpacks to too much, and where it ends early", async () => {
  await expect(walk({ unpack: () => pieces([60, 60, 60], 10), mostBatchBytes: 100 })).rejects.toThrow(
    "unpacks to more",
  );
  await expect(walk({ unpack: () => pieces([60, 60], 10) })).rejects.toThrow("before its last record");
  await expect(walk({ unpack: () => [Buffer.from([1])] })).rejects.toThrow("negative");
});

test("nothing is unpacked where there are no records", async () => {
  const never = (): never => {
    throw new Error("unpacked");
  };
  expect((await walk({ unpack: never, count: 0 })).isAll).toBe(true);
});
