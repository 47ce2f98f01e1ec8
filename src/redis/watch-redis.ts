import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "../process/logger.ts";
import { startWaitMs } from "./clients.ts";

export type RedisCheck = {
  /** What the check is for, in the log. */
  part: "channels" | "commands";
  /** @throws what is wrong */
  ask: () => Promise<void>;
};

type Parts = {
  clients: Redis[];
  checks: RedisCheck[];
  /** Called when Redis works again, after a time in which events may have been missed. */
  onRecovered: () => void;
  logger: Logger;
};

const lookEveryMs = 2_000;
/** Longer than a connection waits for one answer, and longer than three tries of a command. */
const lookLimitMs = 5_000;
const reconnectEveryMs = 5_000;

/** Errors that a reconnect does not fix. For any other error, another server may have replaced this one. */
const isLasting = (error: Error): boolean => /^(?:NOPERM|OOM)\b/.test(error.message);

const notConnected = new Error("not connected");

/**
 * Watches whether Redis works: checks it every two seconds and at each new connection, and counts it as down as soon as
 * a command failed. While it is down, this process reconnects, since the name may lead to another server by now.
 */
export const watchRedis = ({ clients, checks, onRecovered, logger }: Parts) => {
  const first = Promise.withResolvers<void>();
  let isUp = false;
  let isServing = false;
  let mayHaveMissed = false;
  let isLooking = false;
  let looksAgain = false;
  let isStopped = false;
  let breaks = 0;
  let reconnectedAt = -Infinity;
  let broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const reported = new Set<string>();

  const report = (part: string, reason: string): void => {
    if (reported.has(reason)) return;
    reported.add(reason);
    logger.warn({ part, reason }, "redis does not do its part");
  };

  const reconnect = (): void => {
    if (performance.now() - reconnectedAt < reconnectEveryMs) return;
    reconnectedAt = performance.now();
    for (const client of clients) if (client.status === "ready") client.disconnect(true);
  };

  const down = (): void => {
    isUp = false;
    mayHaveMissed ||= isServing;
  };

  const up = (): void => {
    first.resolve();
    isUp = true;
    isServing = true;
    if (reported.size > 0) logger.info("redis does its part again");
    reported.clear();
    if (mayHaveMissed) onRecovered();
    mayHaveMissed = false;
  };

  /** A command failed: a check that is under way proves nothing any more. */
  const broke = (): void => {
    down();
    if (!isLooking) return;
    breaks += 1;
    broken.reject(notConnected);
    broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
  };

  const ask = async ({ part, ask: check }: RedisCheck): Promise<boolean> => {
    const limit = new AbortController();
    const late = pause(lookLimitMs, undefined, { signal: limit.signal, ref: false }).then(() => {
      throw new Error("no answer in time, or what is published does not come back");
    });
    try {
      await Promise.race([check(), late, broken.promise]);
      return true;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error === notConnected || clients.some(({ status }) => status !== "ready")) return false;
      report(part, error.message);
      if (!isLasting(error)) reconnect();
      return false;
    } finally {
      late.catch(() => undefined);
      limit.abort();
    }
  };

  const look = async (): Promise<void> => {
    if (isLooking || isStopped) {
      looksAgain = true;
      return;
    }
    isLooking = true;
    const breaksBefore = breaks;
    const areReady = clients.every(({ status }) => status === "ready");
    const isGood = areReady && !(await Promise.all(checks.map(ask))).includes(false);
    isLooking = false;
    if (isStopped) return;
    if (!isGood) down();
    else if (breaks === breaksBefore && !isUp) up();
    if (!looksAgain) return;
    looksAgain = false;
    await look();
  };

  const looking = setInterval(() => void look(), lookEveryMs).unref();
  for (const client of clients) client.on("ready", () => void look()).on("close", broke);
  void look();

  return {
    isUp: (): boolean => isUp,
    broke,
    /** Resolves when Redis works, or when the wait at the start is over. */
    started: async (): Promise<void> => {
      await Promise.race([first.promise, pause(startWaitMs, undefined, { ref: false })]);
      if (!isUp) logger.warn("redis is away at the start, this process works without the others until it is back");
      mayHaveMissed ||= !isUp;
      isServing = true;
    },
    stop: (): void => {
      isStopped = true;
      clearInterval(looking);
    },
  };
};
