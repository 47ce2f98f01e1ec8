import { availableParallelism, loadavg } from "node:os";

/** How many processes want each core now; 1 if no more than there are cores. */
const crowding = (): number => Math.max(1, (loadavg()[0] ?? 1) / availableParallelism());

/**
 * A limit for what takes longer on a busy machine. Its time passes as much slower as processes share a core, so that it ends
 * only what would never come. Ask it often: it counts from one call to the next. @returns whether it is over
 */
export function patientLimit(limitMs: number): () => boolean {
  let leftMs = limitMs;
  let asked = performance.now();
  return () => {
    const now = performance.now();
    leftMs -= (now - asked) / crowding();
    asked = now;
    return leftMs < 0;
  };
}
