type Parts = {
  /** null: shared with nobody. */
  name: string | null;
  lead: () => void;
  /** Called also if this tab did not lead. */
  stopLeading: () => void;
};

/** Whoever holds the Web Lock of this name leads. The browser passes it on as soon as its holder is gone. */
export class Election {
  readonly #parts: Parts;
  #waiting: AbortController | undefined;
  #release: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** May be called again. `steal`: takes the lead from a tab that does not answer, if this one takes part. */
  run(steal = false): void {
    if (!this.#waiting === steal) return;
    this.#waiting?.abort();
    const own = (this.#waiting = new AbortController());
    const { name, lead, stopLeading } = this.#parts;
    if (name === null) return lead();
    const hold = (): Promise<void> => {
      lead();
      return new Promise((resolve) => {
        this.#release = resolve;
      });
    };
    // With `steal` there may be no signal.
    navigator.locks.request(name, steal ? { steal } : { signal: own.signal }, hold).catch(() => {
      // Another tab has taken the lead, since this one did not answer.
      if (own !== this.#waiting) return;
      this.#waiting = undefined;
      stopLeading();
      this.run();
    });
  }

  stop(): void {
    const own = this.#waiting;
    this.#waiting = undefined;
    this.#parts.stopLeading();
    this.#release?.();
    own?.abort();
  }
}
