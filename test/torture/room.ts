import { createHeldLog, type HeldLog } from "./held-log.ts";
import { createOutbox, type Outbox } from "./outbox.ts";

/** One chat as one client has it. */
export type Room = {
  log: HeldLog;
  outbox: Outbox;
  /** A join is under way, and another one is wanted after it. */
  joining: boolean;
  again: boolean;
  /** Left for a moment. */
  away: boolean;
  /** The number of the connection over which it was joined and found whole. */
  joinedBy: number;
  /** When a delivered mark was last sent. */
  marked: number;
};

export const createRoom = (options: Parameters<typeof createOutbox>[0]): Room => ({
  log: createHeldLog(),
  outbox: createOutbox(options),
  joining: false,
  again: false,
  away: false,
  joinedBy: -1,
  marked: 0,
});

/** Everything acked, joined over this connection, and no hole. */
export const isSettled = ({ outbox, joining, away, joinedBy, log }: Room, connection: number): boolean =>
  outbox.size() === 0 && !joining && !away && joinedBy === connection && !log.hasHole();

/** For a person who wonders why it is not settled. */
export const describeRoom = ({ outbox, joining, away, joinedBy, log }: Room): string =>
  JSON.stringify({ unsent: outbox.size(), joining, away, joinedBy, hole: log.hasHole() });
