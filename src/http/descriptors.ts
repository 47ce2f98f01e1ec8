import { readFileSync } from "node:fs";

/** Descriptors for the database, Redis, the ops port and files. */
const mostReserved = 512;

/** How many files and connections this process may have open; Infinity if the system does not report it. */
const readLimit = (): number => {
  const limits = readFileSync("/proc/self/limits", "utf8");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
};

/** How many client connections a process with this many descriptors may hold: a fifth is reserved, at most 512. */
export const connectionsWithin = (descriptors: number): number =>
  Math.max(1, descriptors - Math.min(mostReserved, Math.ceil(descriptors / 5)));

const lookEveryMs = 1_000;

/**
 * How many client connections this process may hold now. The limit can change while it runs (`prlimit`), so it is read
 * again, at most once a second.
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
      // This system has no such file, or no descriptor is left to read it: keep the known value.
    }
    return most;
  };
};
