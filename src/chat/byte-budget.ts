import { LRUCache } from "lru-cache";
import { ChatError } from "./errors.ts";
import type { Clock } from "./ports.ts";

/** Who has not spent for a while has it all again, so nobody is wronged by being forgotten. */
const mostKept = 10_000;

type Options = {
  /** What flows back each second. */
  perS: number;
  /** What may be spent at once. */
  burst: number;
  now: Clock;
};

export type ByteBudget = {
  /** @throws ChatError `rate_limited` where the key has spent more than it has */
  require: (key: string) => void;
  /** Takes what something cost, known only afterwards. */
  spend: (key: string, bytes: number) => void;
};

/** Bounds what is made for one key, in bytes: where events are counted, a large answer costs a thousand small ones. */
export const createByteBudget = ({ perS, burst, now }: Options): ByteBudget => {
  const spent = new LRUCache<string, { bytes: number; at: number }>({ max: mostKept });

  const spentOf = (key: string): number => {
    const known = spent.get(key);
    if (known === undefined) return 0;
    return Math.max(0, known.bytes - ((now().getTime() - known.at) / 1_000) * perS);
  };

  return {
    require: (key) => {
      const over = spentOf(key) - burst;
      if (over > 0) throw new ChatError("rate_limited", { retryAfterMs: Math.ceil((over / perS) * 1_000) });
    },
    spend: (key, bytes) => void spent.set(key, { bytes: spentOf(key) + bytes, at: now().getTime() }),
  };
};

/** Nothing is too much. */
export const unlimitedBytes: ByteBudget = { require: () => undefined, spend: () => undefined };
