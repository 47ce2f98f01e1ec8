import type { HeaderValue } from "./header-value.ts";

/** Why records could not be read, and which: from `firstOffset` on, up to the message's own offset. */
export type Undecodable = { firstOffset: string; detail: string };

/** A message as kafkajs hands it on, with what its filters ask for. */
export type FetchedMessage = {
  offset: string;
  /** Milliseconds since the epoch; -1 where nobody knows. */
  timestamp: string;
  attributes: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
  /** Told to kafkajs only: it is passed over, and consumption goes on behind it. */
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
  /** There where the message stands for records that cannot be read. */
  undecodable?: Undecodable;
};

const noTransaction = { producerId: "-1", inTransaction: false };

const empty = { attributes: 0, key: null, value: null, headers: {}, batchContext: noTransaction };

/** Stands for records `firstOffset` to `lastOffset`, which cannot be read: who handles it passes all of them over. */
export const undecodableMessage = (
  firstOffset: number,
  lastOffset: number,
  timestamp: number,
  detail: string,
): FetchedMessage => ({
  ...empty,
  offset: String(lastOffset),
  timestamp: String(timestamp),
  isControlRecord: false,
  undecodable: { firstOffset: String(firstOffset), detail },
});

/**
 * Says that there is nothing up to `lastOffset`, where compaction took a batch's last records. kafkajs would ask for the
 * same batch again, for ever.
 */
export const gapMessage = (lastOffset: number): FetchedMessage => ({
  ...empty,
  offset: String(lastOffset),
  timestamp: "-1",
  isControlRecord: true,
});
