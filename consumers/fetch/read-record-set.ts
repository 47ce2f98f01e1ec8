import Decoder from "kafkajs/src/protocol/decoder.js";
import MessageSetDecoder from "kafkajs/src/protocol/messageSet/decoder.js";
import { type FetchedMessage, undecodableMessage } from "./fetched-message.ts";
import { readBatch, type Share } from "./read-batch.ts";

type Options = { set: Buffer; fetchOffset: number; highWatermark: number; share: Share };

/** Offset and length, which come before every batch and message set. */
const prefixBytes = 12;
const magicAt = 16;
const newMagic = 2;

/**
 * The messages in a broker's answer for one partition, as many as fit into the share. A broker truncates its answer at a
 * number of bytes; an incomplete batch at the end comes with the next fetch. Never throws.
 */
export const readRecordSet = async ({ set, ...options }: Options): Promise<FetchedMessage[]> => {
  const { highWatermark, share } = options;
  const messages: FetchedMessage[] = [];
  let { fetchOffset } = options;
  for (let at = 0; set.length - at > magicAt && share.left > 0; ) {
    const end = at + prefixBytes + set.readInt32BE(at + 8);
    if (end <= at + magicAt) return [...messages, lostThread(set, at, fetchOffset)];
    if (end > set.length) break;
    const batch = set.subarray(at, end);
    const isOld = batch.readInt8(magicAt) < newMagic && batch.readInt8(magicAt) >= 0;
    const read = isOld
      ? await readOld(batch, fetchOffset)
      : await readBatch({ batch, fetchOffset, highWatermark, share });
    for (const message of read) messages.push(message);
    fetchOffset = Math.max(fetchOffset, Number(read.at(-1)?.offset ?? -1) + 1);
    at = end;
  }
  return messages;
};

/** If a length is wrong, the beginning of the next batch is unknown. */
const lostThread = (set: Buffer, at: number, fetchOffset: number): FetchedMessage => {
  const offset = Math.max(fetchOffset, Number(set.readBigInt64BE(at)));
  return undecodableMessage(offset, offset, -1, "a batch's length is wrong");
};

/** A message in the format before Kafka 0.11, which may contain other messages. */
const readOld = async (entry: Buffer, fetchOffset: number): Promise<FetchedMessage[]> => {
  const context = { producerId: "-1", inTransaction: false };
  try {
    const old = await MessageSetDecoder(new Decoder(entry), entry.length);
    return old
      .filter(({ offset }) => Number(offset) >= fetchOffset)
      .map((message) => ({ ...message, headers: {}, isControlRecord: false, batchContext: context }));
  } catch (error) {
    const offset = Math.max(fetchOffset, Number(entry.readBigInt64BE(0)));
    return [undecodableMessage(offset, offset, -1, error instanceof Error ? error.message : String(error))];
  }
};
