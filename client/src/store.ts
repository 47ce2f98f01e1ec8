import type { Store } from "./types.ts";

/**
 * A snapshot that is made when somebody asks for it. Between two changes it is the same object, as
 * `useSyncExternalStore` expects. `onUse` is called at each subscription.
 */
export class ChangingStore<T> implements Store<T> {
  readonly #make: (previous: T | undefined) => T;
  readonly #onUse: () => void;
  readonly #subscribers = new Set<() => void>();
  #value: T | undefined;
  #isStale = true;
  #isScheduled = false;

  constructor(make: (previous: T | undefined) => T, onUse: () => void) {
    this.#make = make;
    this.#onUse = onUse;
  }

  readonly get = (): T => {
    if (this.#isStale) this.#value = this.#make(this.#value);
    this.#isStale = false;
    return this.#value as T;
  };

  readonly subscribe = (onChange: () => void): (() => void) => {
    const subscriber = (): void => onChange();
    this.#subscribers.add(subscriber);
    this.#onUse();
    return () => void this.#subscribers.delete(subscriber);
  };

  /** The value has to be made anew. Subscribers are called once, after the current turn. */
  readonly changed = (): void => {
    this.#isStale = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      // One subscriber that throws must not keep the others from hearing.
      for (const subscriber of this.#subscribers)
        queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber());
    });
  };
}
