/**
 * Makes one call of `run` out of all calls within one turn of the event loop.
 * `schedule` says when the turn counts as over: `setImmediate` after all that has come in was handled,
 * `process.nextTick` and `queueMicrotask` after what is being handled now.
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
