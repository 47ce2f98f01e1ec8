// What `npm run fuzz` sets; a plain `npm test` has the same numbers each time.
const { FUZZ_SEED, FUZZ_SECONDS } = process.env;

export const seed = Number(FUZZ_SEED ?? 7);
const seconds = FUZZ_SECONDS === undefined ? undefined : Number(FUZZ_SECONDS);

/** For how long a fuzz may go on, beside what it takes to begin and to find the smallest failure. */
export const limitMs = (seconds ?? 60) * 1_000 + 300_000;

/** A short fuzz has so many runs, a long one as many as its time allows. fast-check prints the seed where one fails. */
export const runs = (short: number) => ({
  seed,
  endOnFailure: false,
  ...(seconds === undefined
    ? { numRuns: short }
    : { numRuns: 1_000_000_000, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false }),
});
