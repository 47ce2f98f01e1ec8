import type { KafkaMessage } from "kafkajs";

/** What a header holds: kafkajs gives Buffers, an array where a name came twice, and null for Kafka's own null. */
export type HeaderValue = Buffer | string | null | undefined | (Buffer | string | null)[];

/** A record as Kafka has it, with the place where it stands. */
export type ReceivedRecord = {
  topic: string;
  partition: number;
  offset: string;
  /** When the broker or the producer says it was written; null where the record does not say. */
  writtenAt: Date | null;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
};

const mostMs = 8_640_000_000_000_000;

// Kafka's -1 means "no time"; a number that is no date could come from a producer's mistake.
const toDate = (timestamp: string): Date | null => {
  const ms = Number(timestamp);
  return ms >= 0 && ms <= mostMs ? new Date(ms) : null;
};

/** When a message was written; null where it does not say, or where there is none. */
export const timeOf = (message: Pick<KafkaMessage, "timestamp"> | undefined): Date | null =>
  message === undefined ? null : toDate(message.timestamp);

export const toReceivedRecord = (topic: string, partition: number, message: KafkaMessage): ReceivedRecord => ({
  topic,
  partition,
  offset: message.offset,
  writtenAt: toDate(message.timestamp),
  key: message.key,
  value: message.value,
  headers: message.headers ?? {},
});
