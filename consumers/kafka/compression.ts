import { promisify } from "node:util";
import { gzip, zstdCompress } from "node:zlib";
import kafkajs from "kafkajs";
import createSnappyCodec from "kafkajs-snappy";
import { codecOf, unpackWhole } from "../fetch/unpack.ts";

type Encoder = { buffer: Buffer };

// A batch of a few kilobytes can unpack to gigabytes.
const mostUnpackedBytes = 32 * 1024 * 1024;

const packGzip = promisify(gzip);
const packZstd = promisify(zstdCompress);

const codec = (number: number, compress: (encoder: Encoder) => Promise<Buffer>) => () => ({
  compress,
  decompress: async (packed: Buffer) => unpackWhole(codecOf(number)?.unpack(packed) ?? [], mostUnpackedBytes),
});

/**
 * Adds the codecs that kafkajs knows only by name, and limits those that it would unpack without a limit. Fetched
 * batches are unpacked piece by piece instead (`fetch/read-batch.ts`), except the message sets of Kafka before 0.11.
 */
export const registerCodecs = (): void => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const { GZIP, Snappy, LZ4, ZSTD } = CompressionTypes;
  CompressionCodecs[GZIP] = codec(GZIP, async ({ buffer }) => packGzip(buffer));
  CompressionCodecs[Snappy] = codec(Snappy, createSnappyCodec().compress);
  // Read only: brokers do not accept the frames that lz4js writes.
  CompressionCodecs[LZ4] = codec(LZ4, async () => Promise.reject(new Error("lz4 is read, not written")));
  CompressionCodecs[ZSTD] = codec(ZSTD, async ({ buffer }) => packZstd(buffer));
};
