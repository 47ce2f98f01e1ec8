/**
 * Makes one call of `run` out of all calls within one turn of the event loop. `schedule` decides when the turn is over:
 * with `setImmediate` after all current input was handled, with `process.nextTick` and `queueMicrotask` after the current
 * callback.
 */
export const onceATurn = (run: () => void, schedule: (run: () => void) => unknown = setImmediate): (() => void) => {
  let isScheduled = false;
  const runNow = (): void => {
    isScheduled = false;
    run();
  };
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    schedule(runNow);
  };
};
