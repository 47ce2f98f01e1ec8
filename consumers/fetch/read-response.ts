import { ByteReader } from "./byte-reader.ts";
import type { FetchedMessage } from "./fetched-message.ts";
import { readRecordSet } from "./read-record-set.ts";

/** Where each partition was asked to begin. */
export type FetchRequest = { topic: string; partitions: { partition: number; fetchOffset: string | number }[] }[];

type Partition = ReturnType<typeof readPartition>;
type Answered = Omit<Partition, "set"> & { messages: FetchedMessage[] };

/** A fetch's answer, as kafkajs wants it. */
export type FetchResponse = {
  throttleTime: number;
  clientSideThrottleTime: number;
  errorCode: number;
  responses: { topicName: string; partitions: Answered[] }[];
};

/**
 * What one fetch may take into memory, in bytes of records and what they take beside. A batch may hold far more, and is
 * then unpacked again for each part of it.
 */
const mostBytes = 8 * 1024 * 1024;

/** From these versions of the protocol on the answer has the field. */
const since = { startOffset: 5, session: 7, clientThrottles: 8, replica: 11 };

/**
 * A fetch's answer of protocol version 4 to 11, in place of kafkajs' reading, which throws away a whole answer and its
 * consumer for one batch that cannot be unpacked, and hands on all that a batch unpacks to at once (tulios/kafkajs#1723).
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
    // An equal part of what is left: no partition takes what others need.
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
    // One after the other: together they would all be in memory unpacked.
    for (const partition of partitions) read.push(await answered(topicName, partition));
    responses.push({ topicName, partitions: read });
  }
  return responses;
};

/**
 * Where the partition was asked to begin. kafkajs shuffles what it asks for, so a topic may stand in a request several times.
 * @throws where it was not asked for: messages from another place would make kafkajs pass over some that it never had
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
