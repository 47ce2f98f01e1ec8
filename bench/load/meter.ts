import { randomBytes } from "node:crypto";
import { createSeries, type Latency } from "../statistics.ts";

/** The side that sent a message, so that its delivery is measured at the other side. */
export type Side = "owner" | "seeker";

export type Metered = {
  seconds: number;
  /** Acks within the window, and refusals among them. */
  acked: number;
  refused: number;
  /** Sent within the window and not answered some seconds after it. */
  unanswered: number;
  /** For messages sent within the window: milliseconds from the write to the socket until the ack. */
  ackMs: Latency;
  /** The same, until the other side had the message. */
  deliveryMs: Latency;
};

const mostMessages = 4_000_000;

/** Follows numbered messages from being sent to being acked and delivered. Counts what falls into the window. */
export const createMeter = () => {
  const sentAt = new Float64Array(mostMessages);
  const bySeeker = new Uint8Array(mostMessages);
  const ackMs = createSeries();
  const deliveryMs = createSeries();
  let next = 0;
  let from = Infinity;
  let until = Infinity;
  let [acked, refused, underWay] = [0, 0, 0];

  const isWithin = (at: number): boolean => at >= from && at < until;

  return {
    /** Unique for each run, so that its messages are not repeats of another run's. */
    name: randomBytes(6).toString("hex"),
    /** Takes a number for a message that is sent now. */
    sent: (side: Side): number => {
      const now = performance.now();
      const number = next;
      next += 1;
      sentAt[number] = now;
      bySeeker[number] = side === "seeker" ? 1 : 0;
      if (isWithin(now)) underWay += 1;
      return number;
    },
    acked: (number: number, isOk: boolean): void => {
      const now = performance.now();
      const sent = sentAt[number] ?? 0;
      if (isWithin(now)) {
        acked += isOk ? 1 : 0;
        refused += isOk ? 0 : 1;
      }
      if (!isWithin(sent)) return;
      underWay -= 1;
      ackMs.add(now - sent);
    },
    delivered: (number: number, side: Side): void => {
      if ((bySeeker[number] === 1) === (side === "seeker")) return;
      const sent = sentAt[number] ?? 0;
      if (isWithin(sent)) deliveryMs.add(performance.now() - sent);
    },
    begin: (): void => {
      from = performance.now();
    },
    end: (): void => {
      until = performance.now();
    },
    /** How many that were sent within the window have no ack yet. */
    underWay: (): number => underWay,
    result: (): Metered => ({
      seconds: (until - from) / 1_000,
      acked,
      refused,
      unanswered: underWay,
      ackMs: ackMs.summary(),
      deliveryMs: deliveryMs.summary(),
    }),
  };
};
export type Meter = ReturnType<typeof createMeter>;
