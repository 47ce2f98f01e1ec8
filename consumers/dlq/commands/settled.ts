import type { Range } from "../ranges.ts";
import type { StockedLetter } from "../stock.ts";

/** The offset (exclusive) up to which a partition can be emptied, and how many letters that deletes. */
export type Cut = { partition: number; before: number; letters: number };

/**
 * Kafka deletes only from the beginning of a partition: up to the first letter that must stay.
 *
 *     partition 0    A   b   C   d     A and C are settled, b and d must stay
 *     deleted        A                 C goes when b does
 */
export const cutsOf = (
  ranges: readonly Range[],
  letters: readonly StockedLetter[],
  isSettled: (letter: StockedLetter) => boolean,
): Cut[] =>
  ranges.flatMap(({ partition, low, high }) => {
    const here = letters.filter((letter) => letter.partition === partition);
    const staying = here.filter((letter) => !isSettled(letter));
    const before = staying.reduce((least, { offset }) => Math.min(least, offset), high);
    if (before <= low) return [];
    return [{ partition, before, letters: here.filter(({ offset }) => offset < before).length }];
  });
