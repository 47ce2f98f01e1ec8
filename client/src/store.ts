import type { Store } from "./types.ts";

/** `changed`: the value has to be made anew. Subscribers are called once, after the current turn. */
export type ChangingStore<T> = Store<T> & { changed: () => void };

/**
 * A snapshot that is made when somebody asks for it. Between two changes it is the same object, as
 * `useSyncExternalStore` expects. `onUse` is called at each subscription.
 */
export const createStore = <T>(make: (previous?: T) => T, onUse: () => void): ChangingStore<T> => {
  const subscribers = new Set<() => void>();
  let value: T | undefined;
  let [isStale, isScheduled] = [true, false];
  return {
    get: () => {
      if (isStale) value = make(value);
      isStale = false;
      return value as T;
    },
    subscribe: (onChange) => {
      const subscriber = (): void => onChange();
      subscribers.add(subscriber);
      onUse();
      return () => void subscribers.delete(subscriber);
    },
    changed: () => {
      isStale = true;
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(() => {
        isScheduled = false;
        // One subscriber that throws must not keep the others from hearing.
        for (const subscriber of subscribers) queueMicrotask(() => subscribers.has(subscriber) && subscriber());
      });
    },
  };
};
