import createSnappyCodec from "kafkajs-snappy";

const rawSnappy = createSnappyCodec();

/** A chunk is unpacked as a whole, so this much is in memory at once. */
const mostChunkBytes = 32 * 1024 * 1024;

const xerialMagic = Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0]);
const xerialHeaderBytes = 16;
const chunkSizeBytes = 4;

const isXerial = (packed: Buffer): boolean => packed.subarray(0, xerialMagic.length).equals(xerialMagic);

/**
 * Unpacks snappy data, raw or in the xerial frames of Kafka's producers, one chunk at a time. kafkajs-snappy copies all
 * previous chunks of a frame for each one, and has no limit.
 * @throws if it is not snappy, ends early, or a chunk unpacks to more than 32 MB
 */
export async function* snappyChunks(packed: Buffer): AsyncGenerator<Buffer> {
  for (const chunk of isXerial(packed) ? chunksOf(packed) : [packed]) {
    // kafkajs-snappy would unpack a nested frame itself. No raw chunk starts like a frame.
    if (isXerial(chunk)) throw new Error("a snappy frame within a frame");
    if (unpackedBytes(chunk) > mostChunkBytes) throw new Error("a snappy chunk unpacks to too much");
    yield await rawSnappy.decompress(chunk);
  }
}

/** The chunks of a xerial frame: each follows its size, and is raw snappy. */
function* chunksOf(frame: Buffer): Generator<Buffer> {
  for (let at = xerialHeaderBytes; at + chunkSizeBytes <= frame.length; ) {
    const start = at + chunkSizeBytes;
    at = start + frame.readUInt32BE(at);
    if (at > frame.length) throw new Error("a snappy frame ends early");
    yield frame.subarray(start, at);
  }
}

/** The unpacked size of raw snappy: the number at its start, seven bits per byte, the lowest first. */
const unpackedBytes = (chunk: Buffer): number => {
  let bytes = 0;
  for (const [index, byte] of chunk.subarray(0, 5).entries()) {
    bytes += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return bytes;
  }
  throw new Error("a snappy batch without its length");
};
