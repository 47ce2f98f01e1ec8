const repeatMs = 3_000;
const idleMs = 4_000;
const otherEndsMs = 7_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Reports that this person types: every 3 s at most; 4 s after the last key press it reports the end. */
export class OwnTyping {
  readonly #report: (isTyping: boolean) => void;
  #isTyping = false;
  #reportedAt = 0;
  #timer: Timer;

  constructor(report: (isTyping: boolean) => void) {
    this.#report = report;
  }

  set(isTyping: boolean): void {
    const isDue = isTyping ? Date.now() - this.#reportedAt >= repeatMs : this.#isTyping;
    clearTimeout(this.#timer);
    if (isTyping) this.#timer = setTimeout(() => this.set(false), idleMs);
    if (!isDue) return;
    this.#isTyping = isTyping;
    if (isTyping) this.#reportedAt = Date.now();
    this.#report(isTyping);
  }

  /** Without a report: after a send the service ends typing itself. */
  end(): void {
    clearTimeout(this.#timer);
    this.#isTyping = false;
  }
}

/** Whether the other person types. It ends by itself, in case its end got lost. */
export class OtherTyping {
  readonly #onChange: () => void;
  #timer: Timer;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get isTyping(): boolean {
    return this.#timer !== undefined;
  }

  readonly set = (isTyping: boolean): void => {
    const was = this.isTyping;
    clearTimeout(this.#timer);
    this.#timer = isTyping ? setTimeout(this.set, otherEndsMs, false) : undefined;
    if (was !== isTyping) this.#onChange();
  };
}
