import { z } from "zod";
import type { Topic } from "../documents/asyncapi.ts";
import { wireSchema } from "../wire-schema.ts";

/** Why a record can never succeed. The names are short and few, since metrics and dead letters contain them. */
export const rejectReasons = [
  "undecodable",
  "tombstone",
  "too_large",
  "not_utf8",
  "not_json",
  "unknown_type",
  "wrong_shape",
  "booking_conflict",
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** The names of the headers that a dead letter has in addition to its record's. */
export const letterHeader = {
  reason: "dlq-reason",
  detail: "dlq-detail",
  topic: "dlq-topic",
  partition: "dlq-partition",
  offset: "dlq-offset",
  timestamp: "dlq-timestamp",
  lastOffset: "dlq-last-offset",
  valueBytes: "dlq-value-bytes",
} as const;

/** The names of the headers of a mark: the record that reports what happened to a letter. */
export const markHeader = { fate: "dlq-mark", offset: "dlq-mark-offset" } as const;

/** Whether a header is a letter's or a mark's own, and not the record's. */
export const isDeadLetterHeader = (name: string): boolean => name.toLowerCase().startsWith("dlq-");

export type LetterHeaders = {
  [letterHeader.reason]: RejectReason;
  [letterHeader.detail]: string;
  [letterHeader.topic]: string;
  [letterHeader.partition]: string;
  [letterHeader.offset]: string;
  [letterHeader.timestamp]: string;
  [letterHeader.lastOffset]?: string | undefined;
  [letterHeader.valueBytes]?: string | undefined;
};

const wholeNumber = z.string().regex(/^\d+$/);
const rejectReasonSchema = wireSchema<RejectReason>()(z.enum(rejectReasons));
const letterHeadersSchema = wireSchema<LetterHeaders>()(
  z.object({
    [letterHeader.reason]: rejectReasonSchema.meta({
      description:
        "`undecodable`: the records from `dlq-offset` to `dlq-last-offset` cannot be read, for example a batch that unpacks to too much; the letter has no key and no value. `tombstone`: no value. `too_large`: more than 1 MB. `not_utf8`, `not_json`. `unknown_type`: a type that speaks of a booking and of approving or cancelling, and is not a known one. `wrong_shape`: no type, or a field that is missing or wrong. `booking_conflict`: the booking is known with other people.",
    }),
    [letterHeader.detail]: z.string().meta({ description: "What is wrong and how to correct it, for people" }),
    [letterHeader.topic]: z.string().meta({ description: "The record's topic" }),
    [letterHeader.partition]: wholeNumber.meta({ description: "The record's partition in that topic" }),
    [letterHeader.offset]: wholeNumber.meta({ description: "The record's offset in that partition" }),
    [letterHeader.timestamp]: z.iso
      .datetime()
      .meta({ description: "The record's own time: RFC 3339, UTC, with milliseconds" }),
    [letterHeader.lastOffset]: wholeNumber.optional().meta({
      description: "Only for unreadable records: the last offset that the letter represents",
    }),
    [letterHeader.valueBytes]: wholeNumber.optional().meta({
      description: "Only if the topic did not accept the whole: how long the value was before it was cut",
    }),
  }),
);

/** What happened to a letter. */
export type Fate = "redriven" | "discarded";
export type MarkHeaders = { [markHeader.fate]: Fate; [markHeader.offset]: string };
const markHeadersSchema = wireSchema<MarkHeaders>()(
  z.object({
    [markHeader.fate]: z.enum(["redriven", "discarded"]),
    [markHeader.offset]: wholeNumber.meta({ description: "The letter's offset, in the partition of the mark" }),
  }),
);

/**
 * The topic of the dead letters, which `npm run dlq` reads, redrives and marks.
 * @internal
 */
export const deadLetterTopic: Topic = {
  summary:
    "Booking records that can never succeed, with key, value and headers as they came, plus `dlq-reason`, `dlq-detail`, `dlq-topic`, `dlq-partition`, `dlq-offset` and `dlq-timestamp`. Records that cannot be read, such as a batch that cannot be unpacked, have one letter without key and value, with `dlq-last-offset` as the last of them. A value that the topic does not accept whole is cut; `dlq-value-bytes` is its whole length.",
  contentType: "application/octet-stream",
  key: z.string().nullable().meta({ description: "As it came: the booking's id, if the record had one" }),
  headers: letterHeadersSchema,
  schema: z.unknown().meta({ description: "The value's bytes as they came; often not JSON" }),
  others: {
    mark: {
      summary: "What happened to an earlier letter in the same partition: it was redriven, or discarded.",
      key: z.null(),
      headers: markHeadersSchema,
      schema: z.null(),
    },
  },
};
