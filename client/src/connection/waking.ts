import { createTimer } from "../timing.ts";

const lookEveryMs = 2_000;
/** Timers are late on a busy device; only sleep makes them as late as this. */
const jumpMs = 8_000;

/** Whether somebody can see this page; outside of a browser always. */
export const isVisible = (): boolean => globalThis.document?.visibilityState !== "hidden";

type Parts = {
  /** The device may have slept, or the network is back. */
  onWake: () => void;
  /** The network is away. */
  onOffline: () => void;
  /** The page was hidden for `hiddenMs`; 0: never. */
  onHidden: () => void;
  hiddenMs: number;
};

/** @returns how to stop */
export const watchWaking = ({ onWake, onOffline, onHidden, hiddenMs }: Parts): (() => void) => {
  const hidden = createTimer();
  let lookedAt = Date.now();
  const stopped = new AbortController();
  const { document, window } = globalThis;
  const listen = (target: EventTarget | undefined, event: string, act: () => void): void =>
    // On React Native there is a window that nobody can listen to.
    target?.addEventListener?.(event, act, stopped);
  listen(document, "visibilitychange", () => {
    hidden();
    if (isVisible()) onWake();
    else if (hiddenMs) hidden(hiddenMs, onHidden);
  });
  listen(window, "pageshow", onWake);
  listen(window, "online", onWake);
  listen(window, "offline", onOffline);
  const timer = setInterval(() => {
    const lateMs = Math.abs(Date.now() - lookedAt - lookEveryMs);
    lookedAt = Date.now();
    // The timers of hidden pages come once a minute.
    if (lateMs > jumpMs && isVisible()) onWake();
  }, lookEveryMs);
  // In Node it must not keep the process alive.
  (timer as { unref?(): void }).unref?.();
  return () => {
    stopped.abort();
    clearInterval(timer);
    hidden();
  };
};
