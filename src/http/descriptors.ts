import { readFileSync } from "node:fs";

/** What the database, Redis, the port for ops and files may need beside connections. */
const mostReserved = 512;

/** How many files and connections this process may have open; Infinity where the system does not say. */
const readLimit = (): number => {
  const limits = readFileSync("/proc/self/limits", "utf8");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
};

/** How many connections of clients a process with so many descriptors may hold: a fifth is kept, and 512 at most. */
export const connectionsWithin = (descriptors: number): number =>
  Math.max(1, descriptors - Math.min(mostReserved, Math.ceil(descriptors / 5)));

const lookEveryMs = 1_000;

/**
 * How many connections of clients this process may hold now. The limit can change while it runs (`prlimit`), so it is read
 * again, once a second at most.
 */
export const createMostConnections = (): (() => number) => {
  let lookedAt = -Infinity;
  let most = Infinity;
  return () => {
    if (performance.now() - lookedAt < lookEveryMs) return most;
    lookedAt = performance.now();
    try {
      most = connectionsWithin(readLimit());
    } catch {
      // No such file on this system, or no descriptor left to read it: what was known holds.
    }
    return most;
  };
};
