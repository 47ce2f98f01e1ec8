import { type ChatError, chatError, noAnswer } from "../errors.ts";
import { createTimer } from "../timing.ts";
import type { Bus } from "./bus.ts";

export type Ask = [id: number, event: string, payload: unknown];
export type Answer = [id: number, result?: unknown, error?: ChatError];

export type Asks = {
  /** @throws ChatError */
  ask: (
    to: string | undefined,
    event: string,
    payload: unknown,
    limitMs: number,
    onLate: () => unknown,
  ) => Promise<unknown>;
  answered: (answer: Answer) => void;
  /** Nobody is going to answer what was asked. */
  fail: () => void;
};

/** What this tab asked the one that leads, and waits for. */
export const createAsks = (bus: Bus): Asks => {
  const asked = new Map<number, (answer: Answer) => void>();
  let last = 0;
  return {
    ask: (to, event, payload, limitMs, onLate) =>
      new Promise((resolve, reject) => {
        const id = (last += 1);
        const timer = createTimer();
        const settle = ([, result, error]: Answer): void => {
          timer();
          asked.delete(id);
          if (error) reject(chatError(error));
          else resolve(result);
        };
        timer(limitMs, () => {
          settle([id, undefined, noAnswer()]);
          onLate();
        });
        asked.set(id, settle);
        bus.post("ask", [id, event, payload], to);
      }),
    answered: (answer) => asked.get(answer[0])?.(answer),
    fail: () => asked.forEach((settle, id) => settle([id, undefined, noAnswer()])),
  };
};
