type Parts = {
  /** Of the lock; undefined: shared with nobody. */
  name: string | undefined;
  lead: () => void;
  /** Called also if this tab did not lead. */
  stopLeading: () => void;
};

export type Election = {
  /** May be called again. `isTheft`: takes the lead from a tab that does not answer, if this one takes part. */
  run: (isTheft?: boolean) => void;
  stop: () => void;
};

/** Whoever holds the Web Lock of this name leads. The browser passes it on as soon as its holder is gone. */
export const createElection = ({ name, lead, stopLeading }: Parts): Election => {
  let waiting: AbortController | undefined;
  let release = (): void => {};
  const stop = (): void => {
    const own = waiting;
    waiting = undefined;
    stopLeading();
    release();
    own?.abort();
  };
  const run = (isTheft = false): void => {
    if (!waiting === isTheft) return;
    waiting?.abort();
    const own = (waiting = new AbortController());
    if (!name) return lead();
    const hold = async (): Promise<void> => {
      if (own !== waiting) return;
      lead();
      await new Promise<void>((resolve) => (release = resolve));
    };
    // With `steal` there may be no signal.
    navigator.locks.request(name, isTheft ? { steal: true } : { signal: own.signal }, hold).catch(() => {
      // Another tab has taken the lead, since this one did not answer.
      if (own !== waiting) return;
      stop();
      run();
    });
  };
  return { run, stop };
};
