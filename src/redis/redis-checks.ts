import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "../process/logger.ts";

export type RedisCheck = {
  /** What the check is for, in the log. */
  part: "channels" | "commands";
  /** @throws what is wrong */
  ask: () => Promise<void>;
};

export type RedisChecksParts = { clients: Redis[]; checks: RedisCheck[]; logger: Logger };

/** Longer than a connection waits for one answer, and longer than three tries of a command. */
const checkLimitMs = 5_000;
const reconnectEveryMs = 5_000;

/** Errors that a reconnect does not fix. For any other error, another server may have replaced this one. */
const isLasting = (error: Error): boolean => /^(?:NOPERM|OOM)\b/.test(error.message);

const notConnected = new Error("not connected");

/** Rejects when the signal is aborted. */
const rejectedBy = (signal: AbortSignal): Promise<never> => {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  signal.addEventListener("abort", () => reject(notConnected), { once: true });
  return promise;
};

/**
 * Runs the checks of this process's connections to Redis. Each new reason for a failure is logged once, and after most
 * of them the clients reconnect, since the name may lead to another server by now.
 */
export class RedisChecks {
  readonly #parts: RedisChecksParts;
  readonly #reported = new Set<string>();
  #reconnectedAt = -Infinity;

  constructor(parts: RedisChecksParts) {
    this.#parts = parts;
  }

  /**
   * Whether all clients are connected and all checks pass, each within five seconds.
   * @param broke aborted when a command fails meanwhile: the checks end at once, and have failed
   */
  async pass(broke: AbortSignal): Promise<boolean> {
    if (!this.#areReady()) return false;
    const broken = rejectedBy(broke);
    return !(await Promise.all(this.#parts.checks.map((check) => this.#passes(check, broken)))).includes(false);
  }

  /** Redis works: logs that, and forgets the reasons that were logged. */
  forgetFailures(): void {
    if (this.#reported.size > 0) this.#parts.logger.info("redis does its part again");
    this.#reported.clear();
  }

  #areReady(): boolean {
    return this.#parts.clients.every(({ status }) => status === "ready");
  }

  async #passes({ part, ask }: RedisCheck, broken: Promise<never>): Promise<boolean> {
    const limit = new AbortController();
    const late = pause(checkLimitMs, undefined, { signal: limit.signal, ref: false }).then(() => {
      throw new Error("no answer in time, or what is published does not come back");
    });
    try {
      await Promise.race([ask(), late, broken]);
      return true;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error === notConnected || !this.#areReady()) return false;
      this.#report(part, error.message);
      if (!isLasting(error)) this.#reconnect();
      return false;
    } finally {
      late.catch(() => undefined);
      limit.abort();
    }
  }

  #report(part: RedisCheck["part"], reason: string): void {
    if (this.#reported.has(reason)) return;
    this.#reported.add(reason);
    this.#parts.logger.warn({ part, reason }, "redis does not do its part");
  }

  #reconnect(): void {
    if (performance.now() - this.#reconnectedAt < reconnectEveryMs) return;
    this.#reconnectedAt = performance.now();
    for (const client of this.#parts.clients) if (client.status === "ready") client.disconnect(true);
  }
}
