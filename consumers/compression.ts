import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import kafkajs from "kafkajs";
import snappy from "kafkajs-snappy";
import lz4 from "lz4js";

type Encoder = { buffer: Buffer };

// A batch of a few kilobytes can unpack to gigabytes.
const mostUnpackedBytes = 64 * 1024 * 1024;

const lz4Codec = {
  compress: async ({ buffer }: Encoder) => Buffer.from(lz4.compress(buffer)),
  decompress: async (packed: Buffer) => Buffer.from(lz4.decompress(packed, mostUnpackedBytes)),
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
