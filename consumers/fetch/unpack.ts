import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { lz4Blocks } from "./lz4-blocks.ts";
import { snappyChunks } from "./snappy-chunks.ts";

/** The content of a batch, piece by piece: nothing is unpacked before it is requested. */
export type Pieces = AsyncIterable<Buffer> | Iterable<Buffer>;

const pieceBytes = 64 * 1024;
/** zstd keeps this much in memory, if a frame asks for it: 2^25 bytes are 32 MB. */
const mostWindowLog = 25;

/** The codecs, by their numbers in a batch's attributes. */
const codecs: Record<number, { name: string; unpack: (packed: Buffer) => Pieces }> = {
  0: { name: "not compressed", unpack: (packed) => [packed] },
  1: { name: "gzip", unpack: (packed) => createGunzip({ chunkSize: pieceBytes }).end(packed) },
  2: { name: "snappy", unpack: snappyChunks },
  3: { name: "lz4", unpack: lz4Blocks },
  4: {
    name: "zstd",
    unpack: (packed) =>
      createZstdDecompress({
        chunkSize: pieceBytes,
        params: { [constants.ZSTD_d_windowLogMax]: mostWindowLog },
      }).end(packed),
  },
};

/** The codec of a batch; undefined for a number that Kafka does not define. */
export const codecOf = (attributes: number) => codecs[attributes & 7];

/**
 * All pieces in one buffer.
 * @throws what unpacking throws, and beyond `mostBytes`
 */
export const unpackWhole = async (pieces: Pieces, mostBytes: number): Promise<Buffer> => {
  const all: Buffer[] = [];
  let total = 0;
  for await (const piece of pieces) {
    total += piece.length;
    if (total > mostBytes) throw new Error("a batch that unpacks to too much");
    all.push(piece);
  }
  return Buffer.concat(all);
};
