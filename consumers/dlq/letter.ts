import { type Fate, letterHeader, type MarkHeaders, markHeader } from "../../src/contract/bookings/dead-letters.ts";
import { ownHeaders, readHeaders } from "../booking/headers.ts";
import type { NewRecord } from "../kafka/publisher.ts";
import type { ReceivedRecord } from "../source/received-record.ts";

/** A dead letter without its value, since there may be many letters and values may be large. */
export type Letter = {
  /** Its place in the topic of dead letters: `partition/offset`. */
  id: string;
  partition: number;
  offset: number;
  putAt: Date | null;
  key: string | null;
  valueBytes: number;
  reason: string;
  detail: string;
  /** Where it came from; null if the consumers did not put it here. */
  from: { topic: string; place: string; writtenAt: Date | null } | null;
  /** Only the beginning of its value was kept: the topic of dead letters did not accept the whole. */
  isCut: boolean;
  /** The letter represents unreadable records, from its place up to this offset. */
  lastOffset: string | null;
};

/**
 * A record that says what happened to a letter. It follows the letter in the same partition. Retention and a purge both
 * delete from the beginning, so neither can delete the mark and keep the letter.
 */
export type Mark = { fate: Fate; letterId: string };

export type Stored = { kind: "letter"; letter: Letter } | { kind: "mark"; mark: Mark };

export const idOf = (partition: number, offset: number | string): string => `${partition}/${offset}`;

/** Reads a record of the topic of dead letters. Accepts anything without throwing. */
export const readStored = (record: ReceivedRecord): Stored => {
  const headers = readHeaders(record.headers);
  const fate = headers.get(markHeader.fate);
  const marked = headers.get(markHeader.offset);
  if ((fate === "redriven" || fate === "discarded") && marked !== undefined) {
    return { kind: "mark", mark: { fate, letterId: idOf(record.partition, marked) } };
  }
  return { kind: "letter", letter: readLetter(record, headers) };
};

const readLetter = (record: ReceivedRecord, headers: Map<string, string>): Letter => {
  const { partition, offset, key, value, writtenAt } = record;
  const topic = headers.get(letterHeader.topic);
  return {
    id: idOf(partition, offset),
    partition,
    offset: Number(offset),
    putAt: writtenAt,
    key: key?.toString() ?? null,
    valueBytes: value?.length ?? 0,
    reason: headers.get(letterHeader.reason) ?? (record.undecodable ? "undecodable" : ""),
    detail: headers.get(letterHeader.detail) ?? record.undecodable?.detail ?? "",
    from: topic === undefined ? null : { topic, place: placeOf(headers), writtenAt: dateOf(headers) },
    isCut: headers.has(letterHeader.valueBytes),
    lastOffset: headers.get(letterHeader.lastOffset) ?? record.undecodable?.lastOffset ?? null,
  };
};

const placeOf = (headers: Map<string, string>): string =>
  idOf(Number(headers.get(letterHeader.partition)), headers.get(letterHeader.offset) ?? "");

const dateOf = (headers: Map<string, string>): Date | null => {
  const time = Date.parse(headers.get(letterHeader.timestamp) ?? "");
  return Number.isNaN(time) ? null : new Date(time);
};

/**
 * The original record of a letter: its topic, key, value and headers, and its time, since an event without a time gets
 * the record's. Null if the letter does not contain it.
 */
export const originalOf = (record: ReceivedRecord): NewRecord | null => {
  const stored = readStored(record);
  if (stored.kind === "mark") return null;
  const { from, isCut, lastOffset } = stored.letter;
  if (from === null || isCut || lastOffset !== null) return null;
  const { topic, writtenAt } = from;
  const { key, value } = record;
  return { topic, key, value, headers: ownHeaders(record.headers), ...(writtenAt && { writtenAt }) };
};

export const markOf = (topic: string, { partition, offset }: Letter, fate: Fate): NewRecord => ({
  topic,
  partition,
  key: null,
  value: null,
  headers: { [markHeader.fate]: fate, [markHeader.offset]: String(offset) } satisfies MarkHeaders,
});
