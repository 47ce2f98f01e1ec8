import type { FaultKind } from "./schedule.ts";

const database: FaultKind[] = ["primary-kill", "primary-freeze", "secondaries-freeze"];

/** The bugs that can be planted (plants/NAME.ts), each with the blows under which it must show. */
export const plants: Record<string, readonly FaultKind[]> = {
  "ack-before-write": database,
  "emit-without-the-log": database,
  "retry-with-a-new-id": database,
  "change-copied-without-its-seq": ["node-freeze", "primary-freeze", "clients-cut", "clients-stall"],
  "deletion-keeps-the-edits": ["node-kill", "clients-cut"],
  "head-trusted-after-a-time-out": database,
};
