import { type LetterHeaders, letterHeader } from "../../src/contract/bookings/dead-letters.ts";
import { isTooLarge, type NewRecord, type Publisher } from "../kafka/publisher.ts";
import type { ReceivedRecord } from "../source/received-record.ts";
import { ownHeaders } from "./headers.ts";
import type { Rejection } from "./rejection.ts";

export type DeadLetters = {
  /**
   * Resolves when the broker has the record.
   * @throws whenever that is not certain; then the record must not be skipped
   */
  put(record: ReceivedRecord, rejection: Rejection): Promise<void>;
};

/** How much of a value, and of a key, is kept if the topic does not accept the whole. */
const keptValueBytes = 64 * 1024;
const keptKeyBytes = 1024;

type Parts = { publisher: Pick<Publisher, "publish">; topic: string };

/**
 * Puts a record that can never succeed into the dead letters, for people to look at: its key, value and headers, and
 * headers with the reason and the origin. If the topic refuses it as too large, it is compressed, then its value is
 * truncated, then only the dead letter's own headers are kept, so that no record is too large to be skipped. For a
 * truncated letter `dlq-value-bytes` is the original size; the record itself stays in its own topic, at `dlq-offset`.
 */
export const createDeadLetters = ({ publisher, topic }: Parts): DeadLetters => ({
  put: async (record, rejection) => {
    let last: unknown;
    for (const attempt of attempts(topic, record, rejection)) {
      try {
        return await publisher.publish(attempt);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        last = error;
      }
    }
    throw last;
  },
});

/** The whole record, and the reason why it is a dead letter. */
export const letterOf = (
  record: ReceivedRecord,
  rejection: Rejection,
): Pick<NewRecord, "key" | "value" | "headers"> => ({
  key: record.key,
  value: record.value,
  headers: { ...ownHeaders(record.headers), ...dlqHeaders(record, rejection) },
});

function* attempts(topic: string, record: ReceivedRecord, rejection: Rejection): Generator<NewRecord> {
  const { key, value } = record;
  const whole = { topic, ...letterOf(record, rejection) };
  yield whole;
  yield { ...whole, compress: true };
  const size = { [letterHeader.valueBytes]: String(value?.length ?? 0) };
  const cut = { ...whole, value: value?.subarray(0, keptValueBytes) ?? null, compress: true };
  yield { ...cut, headers: { ...whole.headers, ...size } };
  yield { ...cut, key: key?.subarray(0, keptKeyBytes) ?? null, headers: { ...dlqHeaders(record, rejection), ...size } };
}

const dlqHeaders = (record: ReceivedRecord, { reason, detail }: Rejection): LetterHeaders => ({
  [letterHeader.reason]: reason,
  [letterHeader.detail]: detail,
  [letterHeader.topic]: record.topic,
  [letterHeader.partition]: String(record.partition),
  [letterHeader.offset]: record.offset,
  ...(record.undecodable && { [letterHeader.lastOffset]: record.undecodable.lastOffset }),
  [letterHeader.timestamp]: (record.writtenAt ?? new Date()).toISOString(),
});
