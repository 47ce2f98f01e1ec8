import { mostClockSkewMs } from "../../src/chat/acts/booking-event.ts";
import { timeText } from "../../src/chat/given-time.ts";

/** The time, or what is wrong with it. */
type ReadTime = { time: string } | { problem: string };

// Each unit has three more digits: 10^11 s, 10^14 ms and 10^17 µs are all in the year 5138.
const unitsMs: [below: number, msEach: number][] = [
  [1e11, 1_000],
  [1e14, 1],
  [1e17, 0.001],
];

const epochText = "epoch seconds, milliseconds or microseconds";

const fromEpoch = (epoch: number): ReadTime => {
  const msEach = unitsMs.find(([below]) => epoch < below)?.[1];
  if (msEach === undefined || !(epoch >= 0)) return { problem: `a number is read as ${epochText}, and this is none` };
  return { time: new Date(Math.floor(epoch * msEach)).toISOString() };
};

// Ten, thirteen or sixteen digits, as from 2001 to 2286: "20261122101500" is not an epoch time.
const epochDigits = /^(?:\d{10}|\d{13}|\d{16})(?:\.\d+)?$/;
const withoutZone = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.,]*)?$/i;
const zonedWithSpace = /^(\d{4}-\d{2}-\d{2}) (?=\d.*(?:z|[+-]\d{2}:\d{2})$)/i;

const fromText = (text: string): ReadTime => {
  if (epochDigits.test(text)) return fromEpoch(Number(text));
  if (/^\d+$/.test(text)) return { problem: `digits are read as ${epochText}: ten, thirteen or sixteen of them` };
  if (withoutZone.test(text)) {
    return { problem: "without a zone nobody knows when that is: end it with Z or an offset such as +01:00" };
  }
  return { time: text.replace(zonedWithSpace, "$1T") };
};

/**
 * Converts a time in any accepted form to RFC 3339 text, which the schema then checks.
 *
 *     1700000000, 1700000000000, 1700000000000000, "1700000000", 1700000000.123, "2026-11-22 10:15:00Z"
 */
export const readTime = (sent: unknown): ReadTime => {
  if (typeof sent === "string") return fromText(sent);
  if (typeof sent === "number") return fromEpoch(sent);
  if (Array.isArray(sent)) {
    return {
      problem: `a list of numbers has no zone: send ${timeText} (Jackson: WRITE_DATES_AS_TIMESTAMPS off, Instant)`,
    };
  }
  return { problem: `expected ${timeText}, or ${epochText}` };
};

const earliestRecordMs = Date.UTC(2010, 0, 1);

/** A record's own time; null if it is implausible: before Kafka existed, or ahead of our clock. */
export const believedTime = (writtenAt: Date | null, now: Date): Date | null => {
  const ms = writtenAt?.getTime() ?? Number.NaN;
  return ms >= earliestRecordMs && ms <= now.getTime() + mostClockSkewMs ? writtenAt : null;
};
