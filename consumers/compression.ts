import { promisify } from "node:util";
import { gunzip, gzip, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import kafkajs from "kafkajs";
import createSnappyCodec from "kafkajs-snappy";
import lz4 from "lz4js";

type Encoder = { buffer: Buffer };

// A batch of a few kilobytes can unpack to gigabytes.
const mostUnpackedBytes = 32 * 1024 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

// kafkajs' own unpacks without a bound.
const gzipCodec = {
  compress: async ({ buffer }: Encoder) => pack(buffer),
  decompress: async (packed: Buffer) => unpack(packed, { maxOutputLength: mostUnpackedBytes }),
};

const rawSnappy = createSnappyCodec();

const xerialMagic = Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0]);
const xerialHeaderBytes = 16;
const chunkSizeBytes = 4;

const isXerial = (packed: Buffer): boolean => packed.subarray(0, xerialMagic.length).equals(xerialMagic);

/** The chunks of a xerial frame: each has its size before it, and is raw snappy by itself. */
const chunksOf = (frame: Buffer): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = xerialHeaderBytes;
  while (at + chunkSizeBytes <= frame.length) {
    const start = at + chunkSizeBytes;
    at = start + frame.readUInt32BE(at);
    chunks.push(frame.subarray(start, at));
  }
  return chunks;
};

/** What raw snappy says it unpacks to: the number it starts with, seven bits a byte and the lowest first. */
const unpackedBytes = (chunk: Buffer): number => {
  let bytes = 0;
  for (const [index, byte] of chunk.subarray(0, 5).entries()) {
    bytes += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return bytes;
  }
  throw new Error("a snappy batch without its length");
};

/**
 * Unpacks snappy, raw or in the xerial frames of Kafka's producers. kafkajs-snappy copies all that came before for each
 * chunk of a frame, and has no bound: it is given one chunk at a time.
 */
const unpackSnappy = async (packed: Buffer): Promise<Buffer> => {
  const chunks = isXerial(packed) ? chunksOf(packed) : [packed];
  // It would take the frames apart itself. No raw chunk starts like one.
  if (chunks.some(isXerial)) throw new Error("a snappy frame within a frame");
  const total = chunks.reduce((sum, chunk) => sum + unpackedBytes(chunk), 0);
  if (total > mostUnpackedBytes) throw new Error("a snappy batch that unpacks to too much");
  const unpacked: Buffer[] = [];
  for (const chunk of chunks) unpacked.push(await rawSnappy.decompress(chunk));
  return Buffer.concat(unpacked);
};

const snappyCodec = { compress: rawSnappy.compress, decompress: unpackSnappy };

/** Unpacks an lz4 frame as Kafka's producers write it. */
export const unpackLz4 = (packed: Buffer): Buffer => {
  const bound = lz4.decompressBound(packed);
  if (bound > mostUnpackedBytes) throw new Error("an lz4 batch that unpacks to too much");
  return Buffer.from(lz4.decompress(packed, bound));
};

// Read only: brokers do not take the frames that lz4js writes.
const lz4Codec = {
  compress: async () => Promise.reject(new Error("lz4 is read, not written")),
  decompress: async (packed: Buffer) => unpackLz4(packed),
};

const zstdCodec = {
  compress: async ({ buffer }: Encoder) => zstdCompressSync(buffer),
  decompress: async (packed: Buffer) => zstdDecompressSync(packed, { maxOutputLength: mostUnpackedBytes }),
};

/**
 * Teaches kafkajs the codecs it knows by name only, and bounds those it would unpack without end. Without them the first
 * batch that another producer compressed so ends the consumer for good.
 */
export const registerCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.GZIP] = () => gzipCodec;
  CompressionCodecs[CompressionTypes.Snappy] = () => snappyCodec;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
};
