import lz4 from "lz4js";

const magic = 0x184d2204;
const flag = { version: 0xc0, blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 };
const blockSizes: Record<number, number> = { 4: 0x10000, 5: 0x40000, 6: 0x100000, 7: 0x400000 };
const uncompressed = 0x80000000;
/** A block may refer to this many bytes before it. */
const historyBytes = 64 * 1024;

/**
 * The blocks of an lz4 frame in the form of Kafka's producers, unpacked one at a time. lz4js unpacks only a whole frame,
 * and expects a block's checksum before the block.
 * @throws if it is not a frame, or ends early
 */
export function* lz4Blocks(packed: Buffer): Generator<Buffer> {
  const { at: start, mostBlockBytes, checksumBytes } = readDescriptor(packed);
  const window = Buffer.alloc(historyBytes + mostBlockBytes);
  let history = 0;
  for (let at = start; ; ) {
    const size = packed.readUInt32LE(at);
    at += 4;
    if (size === 0) return;
    const length = size & ~uncompressed;
    if (at + length > packed.length) throw new Error("an lz4 block ends early");
    const isPacked = size < uncompressed;
    const end = isPacked
      ? lz4.decompressBlock(packed, window, at, length, history)
      : history + packed.copy(window, history, at, at + length);
    if (end > history + mostBlockBytes || (!isPacked && end < history + length)) {
      throw new Error("an lz4 block unpacks to more than its frame allows");
    }
    yield Buffer.from(window.subarray(history, end));
    window.copyWithin(0, Math.max(0, end - historyBytes), end);
    history = Math.min(end, historyBytes);
    at += length + checksumBytes;
  }
}

const readDescriptor = (packed: Buffer) => {
  if (packed.readUInt32LE(0) !== magic) throw new Error("not an lz4 frame");
  const flags = packed.readUInt8(4);
  if ((flags & flag.version) !== 0x40 || (flags & flag.dictionary) !== 0) throw new Error("an unknown lz4 frame");
  const mostBlockBytes = blockSizes[(packed.readUInt8(5) >> 4) & 7];
  if (mostBlockBytes === undefined) throw new Error("an unknown lz4 block size");
  const contentSizeBytes = (flags & flag.contentSize) === 0 ? 0 : 8;
  return { at: 7 + contentSizeBytes, mostBlockBytes, checksumBytes: (flags & flag.blockChecksum) === 0 ? 0 : 4 };
};
