import { mayPass, pauseMs } from "./errors.ts";

/** Sets a timer, in place of the one before; called without an act it only stops that one. */
export type Timer = (waitMs?: number, act?: () => unknown) => void;

export const createTimer = (): Timer => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (waitMs = 0, act) => {
    clearTimeout(timer);
    timer = act && setTimeout(act, Math.max(0, waitMs));
  };
};

export const sleep = (waitMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitMs));

/** What the promise resolves to; undefined if it takes longer than `limitMs`. */
export const within = <T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const timer = createTimer();
    timer(limitMs, () => resolve(undefined));
    promise.then(resolve, reject).finally(timer);
  });

export type Task = {
  /** Runs it now, or once more if it runs already. Ends a pause. */
  run: () => void;
  /** The same, but a pause goes on: it runs after that. */
  poke: (waitMs?: number) => void;
  stop: () => void;
};

/**
 * Work of which only one run is under way. It returns after how many milliseconds it is to run again, if at all. After
 * an error that may pass it runs again, after a growing pause, which is given to `onPause`.
 */
export const createTask = (
  act: () => Promise<number | undefined | void>,
  onPause: (waitMs: number, error: unknown) => void = () => {},
): Task => {
  const timer = createTimer();
  let [isRunning, isAgain, isPaused] = [false, false, false];
  let failures = 0;
  const stop = (): void => {
    timer();
    isPaused = isAgain = false;
  };
  const pause = (waitMs: number): void => {
    timer(waitMs, run);
    isPaused = true;
    isAgain = false;
  };
  const run = async (): Promise<void> => {
    stop();
    isAgain = true;
    if (isRunning) return;
    isRunning = true;
    while (isAgain) {
      isAgain = false;
      try {
        const waitMs = await act();
        failures = 0;
        if (waitMs) pause(waitMs);
      } catch (error) {
        if (!mayPass(error)) continue;
        const waitMs = pauseMs(failures, error);
        failures += 1;
        pause(waitMs);
        onPause(waitMs, error);
      }
    }
    isRunning = false;
  };
  return {
    run: () => void run(),
    stop,
    poke: (waitMs) => {
      if (isPaused) return;
      if (waitMs) pause(waitMs);
      else void run();
    },
  };
};
