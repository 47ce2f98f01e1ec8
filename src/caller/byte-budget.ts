import { LRUCache } from "lru-cache";
import { ChatError } from "../chat/errors.ts";
import type { ByteBudget, Clock } from "../chat/ports.ts";

/** A key that has not spent for a while has its whole budget again, so forgetting the oldest keys is fair. */
const mostKept = 10_000;

type Options = {
  /** How many bytes flow back each second. */
  perS: number;
  /** How many bytes may be spent at once. */
  burst: number;
  now: Clock;
};

/**
 * Limits the bytes of answers per key in this process: a large answer costs as much as a thousand small ones, which a
 * limit on events does not see. An answer under way counts as its largest possible size, so that simultaneous ones cannot all pass.
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
