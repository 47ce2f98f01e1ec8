import crc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";
import { ByteReader } from "./byte-reader.ts";
import { type FetchedMessage, gapMessage, undecodableMessage } from "./fetched-message.ts";
import { offsetDeltaOf, readRecord } from "./read-record.ts";
import { codecOf } from "./unpack.ts";
import { type Frame, megabytes, walkFrames } from "./walk-frames.ts";

/** How many more bytes may be taken into memory. */
export type Share = { left: number };

type Options = {
  /** One complete batch of Kafka 0.11 or later. */
  batch: Buffer;
  /** Records before this offset are not wanted. */
  fetchOffset: number;
  /** The offset after the partition's newest record. */
  highWatermark: number;
  share: Share;
};

const magicByte = 2;
const checkedFrom = 21;
const mostRecordBytes = 32 * 1024 * 1024;
const mostBatchBytes = 256 * 1024 * 1024;
/** How much memory a record and a header take in addition to their bytes. */
const recordCost = 512;
const headerCost = 64;

const flags = { appendTime: 0x08, transaction: 0x10, control: 0x20 };

type Header = ReturnType<typeof readHeader>;

const readHeader = (batch: Buffer) => {
  const reader = new ByteReader(batch);
  const baseOffset = reader.int64();
  reader.int32();
  reader.int32();
  const magic = reader.int8();
  const crc = reader.uint32();
  const attributes = reader.int16();
  const lastOffset = baseOffset + reader.int32();
  const firstTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  const producerId = reader.int64Text();
  reader.int16();
  reader.int32();
  const count = reader.int32();
  return {
    baseOffset,
    magic,
    crc,
    attributes,
    lastOffset,
    firstTimestamp,
    maxTimestamp,
    count,
    isControl: (attributes & flags.control) !== 0,
    context: { producerId, inTransaction: (attributes & flags.transaction) !== 0 },
    recordsAt: reader.at,
  };
};

/**
 * The batch's messages, as many as fit into the share and at least one; the next fetch asks for the following ones.
 * Unreadable records become one message that represents all of them up to the batch's end, or a single record if only
 * that one is wrong. Never throws.
 */
export const readBatch = async (options: Options): Promise<FetchedMessage[]> => {
  const { batch, fetchOffset, highWatermark } = options;
  let header: Header;
  try {
    header = readHeader(batch);
  } catch (error) {
    const at = Math.max(fetchOffset, batch.length >= 8 ? Number(batch.readBigInt64BE(0)) : 0);
    return [undecodableMessage(at, Math.min(at, highWatermark - 1), -1, `a batch's beginning: ${reasonOf(error)}`)];
  }
  // Nothing in a corrupted batch can be trusted; its last offset is used only within plausible limits.
  const isOffsetWrong = header.lastOffset < header.baseOffset || header.lastOffset >= highWatermark;
  const lastOffset = isOffsetWrong ? Math.max(header.baseOffset, fetchOffset) : header.lastOffset;
  return readRecords(options, { ...header, lastOffset });
};

const readRecords = async ({ batch, fetchOffset, share }: Options, header: Header): Promise<FetchedMessage[]> => {
  const { lastOffset, attributes, count, recordsAt } = header;
  const messages: FetchedMessage[] = [];
  let next = Math.max(header.baseOffset, fetchOffset);
  const take = (message: FetchedMessage, cost: number): void => {
    messages.push(message);
    share.left -= cost + recordCost;
    next = Number(message.offset) + 1;
  };
  const codec = codecOf(attributes);

  const onFrame = (frame: Frame): boolean => {
    const offset = header.baseOffset + offsetDeltaOf(frame.body);
    if (offset < next) return true;
    const message = readMessage(frame, offset, header, (attributes & 7) !== 0);
    take(message, message.undecodable ? 0 : frame.bytes + headerCost * countOf(message));
    return share.left > 0;
  };

  try {
    if (header.magic !== magicByte) throw new Error(`its format is ${header.magic}, which is unknown`);
    if (crc32c(batch.subarray(checkedFrom)) !== header.crc) throw new Error("its checksum is wrong");
    if (codec === undefined) throw new Error(`it is packed with codec ${attributes & 7}, which is unknown`);
    const unpack = () => codec.unpack(batch.subarray(recordsAt));
    const isAll = await walkFrames({ unpack, count, mostRecordBytes, mostBatchBytes, onFrame });
    if (isAll && next <= lastOffset) messages.push(gapMessage(lastOffset));
  } catch (error) {
    const detail = `the batch of offsets ${header.baseOffset} to ${lastOffset} (${codec?.name ?? "unknown codec"}): ${reasonOf(error)}`;
    take(undecodableMessage(next, Math.max(next, lastOffset), header.maxTimestamp, detail), 0);
  }
  return messages;
};

const readMessage = (frame: Frame, offset: number, header: Header, isPacked: boolean): FetchedMessage => {
  const { firstTimestamp, maxTimestamp, attributes, isControl, context } = header;
  try {
    if (!frame.isWhole) throw new Error(`it has ${frame.bytes} bytes, more than ${megabytes(mostRecordBytes)} MB`);
    // A copy, so that a few bytes do not keep the whole piece in memory.
    const { timestampDelta, key, value, headers } = readRecord(isPacked ? Buffer.from(frame.body) : frame.body);
    const timestamp = (attributes & flags.appendTime) !== 0 ? maxTimestamp : firstTimestamp + timestampDelta;
    return {
      attributes: 0,
      offset: String(offset),
      timestamp: String(timestamp),
      key,
      value,
      headers,
      isControlRecord: isControl,
      batchContext: context,
    };
  } catch (error) {
    return undecodableMessage(offset, offset, maxTimestamp, `the record: ${reasonOf(error)}`);
  }
};

const countOf = ({ headers }: FetchedMessage): number =>
  Object.values(headers).reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
