type Parts<Item, Result> = {
  /** Merges the arguments of two calls. */
  merge: (one: Item, other: Item) => Item;
  run: (item: Item) => Promise<Result>;
};

type Next<Item, Result> = { item: Item; result: Promise<Result> | null };

/**
 * One run at a time for each key. Calls during a run share the next one, so each answer comes from a run that began after
 * the call:
 *
 *     mark 3 ─ run 3 ──────┐
 *       mark 5 ─┐          run 9 ─ both are answered: 9
 *         mark 9 ─ merged ─┘
 */
export const shareRuns = <Item, Result>({ merge, run }: Parts<Item, Result>) => {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Next<Item, Result>>();

  const begin = (key: string, item: Item): Promise<Result> => {
    const result = run(item);
    const over: Promise<void> = result.then(
      () => end(key, over),
      () => end(key, over),
    );
    running.set(key, over);
    return result;
  };
  const end = (key: string, over: Promise<unknown>): void => {
    if (running.get(key) === over) running.delete(key);
  };

  const after = async (key: string, before: Promise<unknown>, waiting: Next<Item, Result>): Promise<Result> => {
    await before;
    next.delete(key);
    return begin(key, waiting.item);
  };

  return (key: string, item: Item): Promise<Result> => {
    const waiting = next.get(key);
    if (waiting?.result) {
      waiting.item = merge(waiting.item, item);
      return waiting.result;
    }
    const before = running.get(key);
    if (before === undefined) return begin(key, item);
    const added: Next<Item, Result> = { item, result: null };
    next.set(key, added);
    return (added.result = after(key, before, added));
  };
};
