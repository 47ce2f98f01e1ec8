import { createTurns, type Turns } from "./turns.ts";

/** What a socket has under way. Made at its first event: a connection that only listens costs nothing of it. */
export type Activity = {
  turns: Turns;
  /** Events of the second that began then, in milliseconds of the epoch. */
  second: number;
  taken: number;
};

/** A socket's activity, made where there is none yet. */
export const activityOf = ({ data }: { data: { activity?: Activity } }): Activity =>
  (data.activity ??= { turns: createTurns(), second: 0, taken: 0 });
