import type { KafkaMessage } from "kafkajs";
import type { FetchedMessage } from "../fetch/fetched-message.ts";
import type { HeaderValue } from "../fetch/header-value.ts";

/** A record as in Kafka, with its place. */
export type ReceivedRecord = {
  topic: string;
  partition: number;
  offset: string;
  /** When it was written, according to the broker or the producer; null if the record has no time. */
  writtenAt: Date | null;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
  /** Set if the records from `offset` to `lastOffset` cannot be read, such as a batch that cannot be unpacked. */
  undecodable?: { lastOffset: string; detail: string };
};

const mostMs = 8_640_000_000_000_000;

// Kafka's -1 means "no time"; a number that is not a date could come from a faulty producer.
const toDate = (timestamp: string): Date | null => {
  const ms = Number(timestamp);
  return ms >= 0 && ms <= mostMs ? new Date(ms) : null;
};

/** When a message was written; null if it has no time, or if there is no message. */
export const timeOf = (message: Pick<KafkaMessage, "timestamp"> | undefined): Date | null =>
  message === undefined ? null : toDate(message.timestamp);

export const toReceivedRecord = (
  topic: string,
  partition: number,
  message: KafkaMessage & Pick<FetchedMessage, "undecodable">,
): ReceivedRecord => ({
  topic,
  partition,
  offset: message.undecodable?.firstOffset ?? message.offset,
  writtenAt: toDate(message.timestamp),
  key: message.key,
  value: message.value,
  headers: message.headers ?? {},
  ...(message.undecodable && {
    undecodable: { lastOffset: message.offset, detail: message.undecodable.detail },
  }),
});
