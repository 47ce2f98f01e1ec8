import type { Socket } from "node:net";

/** One direction of a proxied connection. */
export type Link = { hold: (holding: boolean) => void; slow: (delayMs: number) => void };

/** Past it the source is not read any more, so that it feels a reader that stopped. */
const mostWaitingBytes = 128 * 1_024;

type Waiting = { bytes: Buffer | null; due: number };

/** Passes on what `from` says to `to`, its end included, in order and after a delay. */
export const createLink = (from: Socket, to: Socket): Link => {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let delayMs = 0;
  let holding = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const first = (): Waiting | undefined => (holding || to.connecting ? undefined : waiting[0]);

  const flow = (): void => {
    clearTimeout(timer);
    for (let next = first(); next !== undefined; next = first()) {
      const leftMs = next.due - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(flow, leftMs);
        return;
      }
      waiting.shift();
      pass(next.bytes);
    }
    if (from.isPaused() && waitingBytes < mostWaitingBytes && !to.writableNeedDrain) from.resume();
  };

  const pass = (bytes: Buffer | null): void => {
    if (bytes === null) return void to.end();
    waitingBytes -= bytes.length;
    if (to.writable && !to.write(bytes)) from.pause();
  };

  const take = (bytes: Buffer | null): void => {
    if (ended) return;
    ended = bytes === null;
    waitingBytes += bytes?.length ?? 0;
    waiting.push({ bytes, due: performance.now() + delayMs });
    if (waitingBytes >= mostWaitingBytes) from.pause();
    flow();
  };

  from.on("data", take);
  for (const event of ["end", "close"] as const) from.on(event, () => take(null));
  from.on("error", () => take(null));
  to.on("drain", flow);
  to.on("connect", flow);
  return {
    hold: (value) => {
      holding = value;
      flow();
    },
    slow: (ms) => {
      delayMs = ms;
    },
  };
};
