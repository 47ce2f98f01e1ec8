import { LRUCache } from "lru-cache";
import { ChatError } from "../chat/errors.ts";
import type { ByteBudget, Clock } from "../chat/ports.ts";

/** Who has not spent for a while has it all again, so nobody is wronged by being forgotten. */
const mostKept = 10_000;

type Options = {
  /** What flows back each second. */
  perS: number;
  /** What may be spent at once. */
  burst: number;
  now: Clock;
};

/**
 * Bounds what is made for one key in this process: where events are counted, a large answer costs a thousand small ones.
 * What is being made counts with the most that it can cost, so that things that come together cannot all pass.
 */
export const createByteBudget = ({ perS, burst, now }: Options): ByteBudget => {
  const spent = new LRUCache<string, { bytes: number; at: number }>({ max: mostKept });

  const spentOf = (key: string): number => {
    const known = spent.get(key);
    if (known === undefined) return 0;
    return Math.max(0, known.bytes - ((now().getTime() - known.at) / 1_000) * perS);
  };
  const add = (key: string, bytes: number): void =>
    void spent.set(key, { bytes: Math.max(0, spentOf(key) + bytes), at: now().getTime() });

  return {
    reserve: (key, mostBytes) => {
      const over = spentOf(key) - burst;
      if (over > 0) throw new ChatError("rate_limited", { retryAfterMs: Math.ceil((over / perS) * 1_000) });
      add(key, mostBytes);
      return { settle: (bytes) => add(key, bytes - mostBytes) };
    },
  };
};
