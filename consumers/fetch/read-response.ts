import { ByteReader } from "./byte-reader.ts";
import type { FetchedMessage } from "./fetched-message.ts";
import { readRecordSet } from "./read-record-set.ts";

/** The offset from which each partition was requested. */
export type FetchRequest = { topic: string; partitions: { partition: number; fetchOffset: string | number }[] }[];

type Partition = ReturnType<typeof readPartition>;
type Answered = Omit<Partition, "set"> & { messages: FetchedMessage[] };

/** A fetch response in the form that kafkajs expects. */
export type FetchResponse = {
  throttleTime: number;
  clientSideThrottleTime: number;
  errorCode: number;
  responses: { topicName: string; partitions: Answered[] }[];
};

/**
 * How much memory one fetch may use, in bytes of records and their overhead. A batch may contain far more, and is
 * then unpacked again for each part.
 */
const mostBytes = 8 * 1024 * 1024;

/** The protocol versions from which on the response has the field. */
const since = { startOffset: 5, session: 7, clientThrottles: 8, replica: 11 };

/**
 * Reads a fetch response of protocol version 4 to 11, in place of kafkajs. For one batch that cannot be unpacked, kafkajs
 * discards the whole response and ends the consumer, and it passes on a whole unpacked batch at once
 * (tulios/kafkajs#1723).
 */
export const readFetchResponse = async (
  payload: Buffer,
  version: number,
  request: FetchRequest,
): Promise<FetchResponse> => {
  const reader = new ByteReader(payload);
  const throttleTime = reader.int32();
  const errorCode = version >= since.session ? reader.int16() : 0;
  if (version >= since.session) reader.int32();
  const topics = readArray(reader, () => ({
    topicName: readText(reader),
    partitions: readArray(reader, () => readPartition(reader, version)),
  }));
  const isOurs = version >= since.clientThrottles;
  return {
    throttleTime: isOurs ? 0 : throttleTime,
    clientSideThrottleTime: isOurs ? throttleTime : 0,
    errorCode,
    responses: await readMessages(topics, request),
  };
};

const readMessages = async (
  topics: { topicName: string; partitions: Partition[] }[],
  request: FetchRequest,
): Promise<FetchResponse["responses"]> => {
  let left = mostBytes;
  let waiting = topics.flatMap(({ partitions }) => partitions.filter(({ set }) => set.length > 0)).length;
  const answered = async (topicName: string, { set, ...partition }: Partition): Promise<Answered> => {
    if (set.length === 0) return { ...partition, messages: [] };
    // An equal part of the rest, so that no partition takes what others need.
    const share = { left: Math.ceil(left / waiting) };
    const before = share.left;
    const highWatermark = Number(partition.highWatermark);
    const messages = await readRecordSet({
      set,
      fetchOffset: askedOffset(request, topicName, partition.partition),
      highWatermark,
      share,
    });
    left -= before - share.left;
    waiting -= 1;
    return { ...partition, messages };
  };

  const responses: FetchResponse["responses"] = [];
  for (const { topicName, partitions } of topics) {
    const read: Answered[] = [];
    // One after the other: in parallel, all of them would be unpacked in memory.
    for (const partition of partitions) read.push(await answered(topicName, partition));
    responses.push({ topicName, partitions: read });
  }
  return responses;
};

/**
 * The offset from which the partition was requested. kafkajs shuffles its requests, so a topic may occur in one several times.
 * @throws if it was not requested: messages from another offset would make kafkajs skip messages that it never had
 */
const askedOffset = (request: FetchRequest, topicName: string, partition: number): number => {
  const asked = request
    .filter(({ topic }) => topic === topicName)
    .flatMap(({ partitions }) => partitions)
    .find((one) => one.partition === partition);
  if (asked === undefined) throw new Error(`Kafka answered for ${topicName}/${partition}, which was not asked for`);
  return Number(asked.fetchOffset);
};

const readPartition = (reader: ByteReader, version: number) => ({
  partition: reader.int32(),
  errorCode: reader.int16(),
  highWatermark: reader.int64Text(),
  lastStableOffset: reader.int64Text(),
  ...(version >= since.startOffset && { lastStartOffset: reader.int64Text() }),
  abortedTransactions: readArray(reader, () => ({ producerId: reader.int64Text(), firstOffset: reader.int64Text() })),
  ...(version >= since.replica && { preferredReadReplica: reader.int32() }),
  set: reader.bytes(reader.int32()) ?? Buffer.alloc(0),
});

const readArray = <T>(reader: ByteReader, readOne: () => T): T[] =>
  Array.from({ length: Math.max(0, reader.int32()) }, readOne);

const readText = (reader: ByteReader): string => String(reader.bytes(reader.int16()) ?? "");
