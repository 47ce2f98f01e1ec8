// A timer of more than 2^31 ms fires at once, so a far time is waited for in parts.
const longestTimerMs = 2 ** 31 - 1;
const noticeMs = 60_000;

/** Calls `then` at `at`; the returned function calls it off. */
const callAt = (at: number, then: () => void): (() => void) => {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = at - Date.now();
    timer = leftMs > longestTimerMs ? setTimeout(wait, longestTimerMs) : setTimeout(then, Math.max(0, leftMs));
  };
  wait();
  return () => clearTimeout(timer);
};

/**
 * Watches over the end of a connection's token: `onExpiring` 60 s before it, `onExpired` at it. `renew` moves the end,
 * `stop` ends the watch.
 */
export const watchTokenExpiry = (
  expiresAt: Date,
  { onExpiring, onExpired }: { onExpiring: (expiresAt: Date) => void; onExpired: () => void },
) => {
  let callsOff: (() => void)[] = [];
  const stop = (): void => {
    for (const callOff of callsOff) callOff();
    callsOff = [];
  };
  const renew = (at: Date): void => {
    stop();
    callsOff = [callAt(at.getTime() - noticeMs, () => onExpiring(at)), callAt(at.getTime(), onExpired)];
  };
  renew(expiresAt);
  return { renew, stop };
};
