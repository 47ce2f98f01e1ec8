import { setTimeout as pause } from "node:timers/promises";
import type { Attempt, Send } from "./history.ts";

/** One try of a send; null where there was no connection to try it over. Never throws. */
export type Try = (send: Send) => Promise<Attempt | null>;

/** A client's unsent messages of one chat, which leave in order. */
export type Outbox = {
  add: (send: Send, attempt: Try) => void;
  /** How many wait for their ack. */
  size: () => number;
};

type Waiting = { send: Send; attempt: Try };

const mostAtOnce = 6;
const firstPauseMs = 100;
const longestPauseMs = 1_000;

/**
 * Sends in order and again until acked, under the same clientMessageId. One at a time; or, `eager`, several without
 * waiting for their acks, the next ones only when all of them were answered. A send without a clientMessageId cannot be
 * repeated and has one try.
 */
export const createOutbox = ({ eager, isOver }: { eager: boolean; isOver: () => boolean }): Outbox => {
  let waiting: Waiting[] = [];
  let running = false;

  const isDone = ({ send }: Waiting): boolean => {
    const outcome = send.attempts.at(-1)?.outcome;
    return outcome === "acked" || outcome === "refused" || (send.clientMessageId === null && outcome !== undefined);
  };

  const round = async (): Promise<boolean> => {
    const batch = waiting.slice(0, eager ? mostAtOnce : 1);
    await Promise.all(
      batch.map(async ({ send, attempt }) => {
        const made = await attempt(send);
        if (made !== null) send.attempts.push(made);
      }),
    );
    const done = batch.filter(isDone);
    waiting = waiting.filter((one) => !done.includes(one));
    return done.length === batch.length;
  };

  const run = async (): Promise<void> => {
    running = true;
    let pauseMs = firstPauseMs;
    while (waiting.length > 0 && !isOver()) {
      if (await round()) {
        pauseMs = firstPauseMs;
        continue;
      }
      await pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    running = false;
  };

  return {
    add: (send, attempt) => {
      waiting.push({ send, attempt });
      if (!running) void run();
    },
    size: () => waiting.length,
  };
};
