import type { Fate } from "../../src/contract/bookings/dead-letters.ts";
import { type Letter, readStored } from "./letter.ts";
import type { Range } from "./ranges.ts";
import type { TopicReader } from "./topic-reader.ts";

export type StockedLetter = Letter & { state: "open" | Fate };

/** The dead letters at the time when the group was joined, in the order in which they were put. */
export type Stock = { letters: StockedLetter[]; ranges: Range[] };

/** Reads the whole topic, since the mark of a letter comes after it. */
export const takeStock = async (reader: TopicReader, signal: AbortSignal): Promise<Stock> => {
  const letters: Letter[] = [];
  const fates = new Map<string, Fate>();
  await reader.read(async (record) => {
    const stored = readStored(record);
    if (stored.kind === "mark") fates.set(stored.mark.letterId, stored.mark.fate);
    else letters.push(stored.letter);
  }, signal);
  const stocked = letters.map((letter): StockedLetter => ({ ...letter, state: fates.get(letter.id) ?? "open" }));
  return { letters: stocked.sort(byTime), ranges: reader.ranges };
};

const byTime = (one: Letter, other: Letter): number =>
  (one.putAt?.getTime() ?? 0) - (other.putAt?.getTime() ?? 0) || one.offset - other.offset;
