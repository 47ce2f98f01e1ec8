import type { HeaderValue } from "./header-value.ts";

/** Why records could not be read, and which: those from `firstOffset` to the message's own offset. */
export type Undecodable = { firstOffset: string; detail: string };

/** A message as kafkajs passes it on, with the fields that its filters need. */
export type FetchedMessage = {
  offset: string;
  /** Milliseconds since the epoch; -1 if unknown. */
  timestamp: string;
  attributes: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
  /** Only for kafkajs, which skips a control record and continues after it. */
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
  /** Set if the message represents records that cannot be read. */
  undecodable?: Undecodable;
};

const noTransaction = { producerId: "-1", inTransaction: false };

const empty = { attributes: 0, key: null, value: null, headers: {}, batchContext: noTransaction };

/** Represents the unreadable records `firstOffset` to `lastOffset`: handling it skips all of them. */
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
 * Says that there is nothing up to `lastOffset`, because compaction removed a batch's last records. Otherwise kafkajs
 * would ask for the same batch again forever.
 */
export const gapMessage = (lastOffset: number): FetchedMessage => ({
  ...empty,
  offset: String(lastOffset),
  timestamp: "-1",
  isControlRecord: true,
});
