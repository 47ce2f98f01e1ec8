import { onceATurn } from "./once-a-turn.ts";

type Parts<Item, Result> = {
  /** Runs a batch; returns the results in the order of the items. If it throws, every caller gets the error. */
  run: (items: Item[]) => Promise<Result[]>;
  /** Two items with the same key are never in one batch. */
  keyOf: (item: Item) => string;
  mostAtOnce: number;
  mostUnderWay: number;
};

type Call<Item, Result> = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };

/**
 * Turns calls with one item each into batches: calls that come while earlier batches run are gathered and run together.
 * When idle, a call waits only for the rest of the turn.
 */
export const gather = <Item, Result>(parts: Parts<Item, Result>): ((item: Item) => Promise<Result>) => {
  let waiting: Call<Item, Result>[] = [];
  let underWay = 0;

  const take = (): Call<Item, Result>[] => {
    const batch = new Map<string, Call<Item, Result>>();
    waiting = waiting.filter((call) => {
      const key = parts.keyOf(call.item);
      if (batch.size >= parts.mostAtOnce || batch.has(key)) return true;
      batch.set(key, call);
      return false;
    });
    return [...batch.values()];
  };

  const settle = async (batch: Call<Item, Result>[]): Promise<void> => {
    try {
      const results = await parts.run(batch.map(({ item }) => item));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    underWay -= 1;
    begin();
  };

  const begin = (): void => {
    while (underWay < parts.mostUnderWay && waiting.length > 0) {
      underWay += 1;
      void settle(take());
    }
  };

  const beginLater = onceATurn(begin);

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      beginLater();
    });
};
