import type { Pieces } from "./unpack.ts";

/** A whole record, or only its beginning if it is too large. */
export type Frame = { body: Buffer; bytes: number; isWhole: boolean };

type Options = {
  /** Not called if there are no records: nobody would handle the error of a stream that nobody reads. */
  unpack: () => Pieces;
  /** The number of records in the batch's header. */
  count: number;
  mostRecordBytes: number;
  mostBatchBytes: number;
  /** False ends the walk. */
  onFrame: (frame: Frame) => boolean;
};

/** Enough bytes for the fields with a record's offset. */
const beginningBytes = 32;
const mostLengthBytes = 5;

/**
 * Splits a batch into records while it is unpacked. Only one piece and one record are in memory, however much the batch
 * unpacks to; of a record that is too large only the beginning.
 * @returns whether all records were visited
 * @throws what unpacking throws, if the records end early, and beyond `mostBatchBytes`
 */
export const walkFrames = async (options: Options): Promise<boolean> => {
  const { unpack, count, mostBatchBytes } = options;
  if (count <= 0) return true;
  const cut = createCut(options);
  let total = 0;
  for await (const piece of unpack()) {
    total += piece.length;
    if (total > mostBatchBytes) throw new Error(`it unpacks to more than ${megabytes(mostBatchBytes)} MB`);
    const end = cut(piece);
    if (end !== "more") return end === "all";
  }
  throw new Error("it ends before its last record");
};

export const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** Takes one piece after the other; returns whether that was all, or enough. */
const createCut = ({ count, mostRecordBytes, onFrame }: Options) => {
  let waiting: Buffer[] = [];
  let have = 0;
  /** With fewer bytes than these no record is complete. */
  let need = 1;
  let seen = 0;
  /** The remaining bytes of a record that is too large. */
  let skipping = 0;

  return (piece: Buffer): "more" | "all" | "enough" => {
    const skipped = Math.min(skipping, piece.length);
    skipping -= skipped;
    waiting.push(piece.subarray(skipped));
    have += piece.length - skipped;
    if (have < need) return "more";
    const bytes = waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting);
    let at = 0;
    for (need = 1; bytes.length - at >= need; ) {
      const head = lengthAt(bytes, at);
      if (head === null) {
        need = bytes.length - at + 1;
        break;
      }
      const { length, start } = head;
      const isWhole = length <= mostRecordBytes;
      const wanted = isWhole ? length : beginningBytes;
      if (bytes.length - start < wanted) {
        need = start - at + wanted;
        break;
      }
      seen += 1;
      at = Math.min(bytes.length, start + length);
      skipping = start + length - at;
      if (!onFrame({ body: bytes.subarray(start, start + wanted), bytes: length, isWhole })) return "enough";
      if (seen === count) return "all";
    }
    waiting = [bytes.subarray(at)];
    have = bytes.length - at;
    return "more";
  };
};

/** The length before a record, and where the record starts; null if the length is not complete yet. */
const lengthAt = (bytes: Buffer, at: number): { length: number; start: number } | null => {
  let value = 0;
  for (let index = 0; index < mostLengthBytes; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      if (value % 2 !== 0) throw new Error("a record's length is negative");
      return { length: value / 2, start: at + index + 1 };
    }
  }
  throw new Error("a record's length has no end");
};
