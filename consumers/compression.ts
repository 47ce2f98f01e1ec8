import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import kafkajs from "kafkajs";
import snappy from "kafkajs-snappy";
import lz4 from "lz4js";

type Encoder = { buffer: Buffer };

// A batch of a few kilobytes can unpack to gigabytes.
const mostUnpackedBytes = 64 * 1024 * 1024;

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
 * Teaches kafkajs the codecs it knows by name only. Without them the first batch that another producer compressed so
 * ends the consumer for good.
 */
export const registerCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
};
