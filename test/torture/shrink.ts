import type { Fault, Schedule } from "./schedule.ts";

/** Calm after the last blow, in which its harm can show. */
const tailS = 6;

const withFaults = (schedule: Schedule, faults: Fault[]): Schedule => {
  const lastMs = Math.max(0, ...faults.map(({ atMs, forMs }) => atMs + forMs));
  return { ...schedule, faults, seconds: Math.min(schedule.seconds, Math.ceil(lastMs / 1_000) + tailS) };
};

/** None at all, each half, then all but each quarter, and so on down to all but each single blow. */
const shorterOnes = function* (faults: Fault[]): Generator<Fault[]> {
  if (faults.length > 0) yield [];
  for (let parts = 2; parts <= 2 * faults.length; parts *= 2) {
    const size = Math.ceil(faults.length / parts);
    for (let from = 0; from < faults.length; from += size) {
      const part = faults.slice(from, from + size);
      yield parts === 2 ? part : faults.filter((fault) => !part.includes(fault));
    }
    if (size === 1) return;
  }
};

/**
 * Looks for a shorter schedule that still fails, within about `budgetMs`: what fails without some of its blows is tried
 * further. A run that does not fail proves little, since two runs are never the same; one that fails does.
 */
export const shrink = async (
  schedule: Schedule,
  fails: (shorter: Schedule) => Promise<boolean>,
  budgetMs: number,
  now: () => number = () => performance.now(),
): Promise<Schedule> => {
  const deadline = now() + budgetMs;
  let shortest = schedule;
  let found = true;
  while (found && now() < deadline) {
    found = false;
    for (const faults of shorterOnes(shortest.faults)) {
      if (now() >= deadline) break;
      const shorter = withFaults(shortest, faults);
      if (!(await fails(shorter))) continue;
      shortest = shorter;
      found = true;
      break;
    }
  }
  return shortest;
};
