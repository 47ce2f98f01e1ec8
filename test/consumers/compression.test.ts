import { gzipSync, zstdCompressSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import kafkajs from "kafkajs";
import { registerCodecs } from "../../consumers/kafka/compression.ts";

type Codec = {
  compress: (encoder: { buffer: Buffer }) => Promise<Buffer>;
  decompress: (packed: Buffer) => Promise<Buffer>;
};

const { CompressionCodecs, CompressionTypes } = kafkajs;
const megabyte = 1024 * 1024;

beforeAll(registerCodecs);

const codecOf = (type: "GZIP" | "Snappy" | "LZ4" | "ZSTD"): Codec => CompressionCodecs[CompressionTypes[type]]();

describe("lz4", () => {
  // Three events in one batch as librdkafka 2 packs them.
  const frame =
    "BCJNGGBAglUAAAD0BYoBAAAAAX57ImJvb2tpbmdJZCI6DAChLTEiLCJvd25lchYAAQoAcyIsInNlZWsTAAILADAifQBHAB8CRwAFHzJHABofBEcABR8zRwARUGVyIn0AAAAAAA==";

  test("unpacks what other producers packed", async () => {
    const unpacked = (await codecOf("LZ4").decompress(Buffer.from(frame, "base64"))).toString();
    for (const booking of ["booking-1", "booking-2", "booking-3"]) {
      expect(unpacked).toContain(`{"bookingId":"${booking}","ownerId":"owner","seekerId":"seeker"}`);
    }
  });

  test("refuses what is no frame", async () => {
    await expect(codecOf("LZ4").decompress(Buffer.from("no frame at all"))).rejects.toThrow();
  });
});

test.each(["GZIP", "Snappy", "ZSTD"] as const)("%s unpacks what it packed", async (type) => {
  const batch = Buffer.from("one batch of records ".repeat(10_000));
  const packed = await codecOf(type).compress({ buffer: batch });
  expect(packed.length).toBeLessThan(batch.length / 2);
  expect(batch.equals(await codecOf(type).decompress(packed))).toBe(true);
});

test.each([
  ["GZIP", gzipSync],
  ["ZSTD", zstdCompressSync],
] as const)("%s refuses a small batch that unpacks to more than 32 MB", async (type, pack) => {
  const { decompress } = codecOf(type);
  expect(await decompress(pack(Buffer.alloc(32 * megabyte)))).toHaveLength(32 * megabyte);
  await expect(decompress(pack(Buffer.alloc(32 * megabyte + 1)))).rejects.toThrow();
});

describe("snappy in xerial frames, as Kafka's producers write it", () => {
  const header = Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0, 0, 0, 0, 1, 0, 0, 0, 1]);

  const framed = (chunks: Buffer[]): Buffer => {
    const sized = chunks.flatMap((chunk) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(chunk.length);
      return [size, chunk];
    });
    return Buffer.concat([header, ...sized]);
  };

  /** Only the length that raw snappy starts with: what follows is not looked at where that is too much. */
  const saying = (bytes: number): Buffer =>
    bytes < 0x80 ? Buffer.from([bytes]) : Buffer.concat([Buffer.from([(bytes % 0x80) + 0x80]), saying(bytes >>> 7)]);

  test("is unpacked chunk after chunk", async () => {
    const { compress, decompress } = codecOf("Snappy");
    const texts = ["first ", "second ".repeat(5_000), "", "third"];
    const chunks = await Promise.all(texts.map(async (text) => compress({ buffer: Buffer.from(text) })));
    expect((await decompress(framed(chunks))).toString()).toBe(texts.join(""));
    expect(await decompress(framed([]))).toHaveLength(0);
  });

  test("is refused before it is unpacked where it says that it comes to more than 32 MB", async () => {
    const { decompress } = codecOf("Snappy");
    expect(await decompress(framed([saying(16 * megabyte), saying(16 * megabyte)]))).toHaveLength(32 * megabyte);
    const tooMuch = [
      saying(32 * megabyte + 1),
      framed([saying(32 * megabyte + 1)]),
      framed([saying(16 * megabyte), saying(16 * megabyte + 1)]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
    ];
    for (const packed of tooMuch) await expect(decompress(packed)).rejects.toThrow("to too much");
  });

  test("is refused where a chunk is a frame again or has no length", async () => {
    const { compress, decompress } = codecOf("Snappy");
    const raw = await compress({ buffer: Buffer.from("text") });
    await expect(decompress(framed([framed([raw])]))).rejects.toThrow("a frame");
    for (const packed of [Buffer.alloc(0), framed([Buffer.alloc(0)]), Buffer.alloc(9, 0xff)]) {
      await expect(decompress(packed)).rejects.toThrow("without its length");
    }
  });

  test("is unpacked in linear time: 1 MB of 75,000 chunks within a minute", async () => {
    // One byte, and twice 64 bytes more of the same.
    const chunk = Buffer.from([0x81, 0x01, 0x00, 0x61, 0xfe, 0x01, 0x00, 0xfe, 0x01, 0x00]);
    const packed = framed(Array.from({ length: 75_000 }, () => chunk));
    const start = performance.now();
    const unpacked = await codecOf("Snappy").decompress(packed);
    expect(performance.now() - start).toBeLessThan(60_000);
    expect(unpacked.equals(Buffer.alloc(75_000 * 129, "a"))).toBe(true);
  });
});
