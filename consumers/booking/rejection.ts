import type { RejectReason } from "../../src/contract/bookings/dead-letters.ts";

/** `detail`: what is wrong and how to fix it, for people; it contains nothing of what was sent. */
export type Rejection = { reason: RejectReason; detail: string };
