import { z } from "zod";
import type { Topic } from "./documents/asyncapi.ts";
import { wireSchema } from "./wire-schema.ts";

/** Why a record can never succeed. The names are short and few, since metrics and dead letters contain them. */
export type RejectReason =
  | "undecodable"
  | "tombstone"
  | "too_large"
  | "not_utf8"
  | "not_json"
  | "unknown_type"
  | "wrong_shape"
  | "booking_conflict";

/** The names of the headers that a dead letter has besides those of its record. */
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

/** The names of the headers of a mark, which says what became of a letter. */
export const markHeader = { fate: "dlq-mark", offset: "dlq-mark-offset" } as const;

/** Whether a header is one of a letter or of a mark, and none of the record. */
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
const rejectReasonSchema = wireSchema<RejectReason>()(
  z.enum([
    "undecodable",
    "tombstone",
    "too_large",
    "not_utf8",
    "not_json",
    "unknown_type",
    "wrong_shape",
    "booking_conflict",
  ]),
);
const letterHeadersSchema = wireSchema<LetterHeaders>()(
  z.object({
    [letterHeader.reason]: rejectReasonSchema.meta({
      description:
        "`undecodable`: nobody can read what stands from `dlq-offset` to `dlq-last-offset`, as a batch that unpacks to too much; the letter has no key and no value. `tombstone`: no value. `too_large`: more than 1 MB. `not_utf8`, `not_json`. `unknown_type`: a type that speaks of a booking and of approving or cancelling, and is none that is known. `wrong_shape`: no type, or a field that is missing or wrong. `booking_conflict`: the booking is known with other people.",
    }),
    [letterHeader.detail]: z.string().meta({ description: "What is wrong and how to mend it, for people" }),
    [letterHeader.topic]: z.string().meta({ description: "Where the record came from" }),
    [letterHeader.partition]: wholeNumber.meta({ description: "The record's partition in that topic" }),
    [letterHeader.offset]: wholeNumber.meta({ description: "The record's offset in that partition" }),
    [letterHeader.timestamp]: z.iso
      .datetime()
      .meta({ description: "The record's own time: RFC 3339, UTC, with milliseconds" }),
    [letterHeader.lastOffset]: wholeNumber.optional().meta({
      description: "Only of what cannot be read: the last offset that the letter stands for",
    }),
    [letterHeader.valueBytes]: wholeNumber.optional().meta({
      description: "Only where the topic did not take the whole: how long the value was before it was cut",
    }),
  }),
);

/** What became of a letter. */
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
    "Booking records that can never succeed, with key, value and headers as they came, plus `dlq-reason`, `dlq-detail`, `dlq-topic`, `dlq-partition`, `dlq-offset` and `dlq-timestamp`. Of records that cannot be read, as a batch that cannot be unpacked, there is one letter without key and value: `dlq-last-offset` says up to where. A value that the topic does not take whole is cut: `dlq-value-bytes` says how long it was.",
  contentType: "application/octet-stream",
  key: z.string().nullable().meta({ description: "As it came: the booking's id, where the record had one" }),
  headers: letterHeadersSchema,
  schema: z.unknown().meta({ description: "The value's bytes as they came; often no JSON" }),
  others: {
    mark: {
      summary: "What became of a letter that stands before it in the same partition: it was redriven, or discarded.",
      key: z.null(),
      headers: markHeadersSchema,
      schema: z.null(),
    },
  },
};
