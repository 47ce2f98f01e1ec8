import { setTimeout as pause } from "node:timers/promises";
import { startWaitMs } from "./clients.ts";
import { RedisChecks, type RedisChecksParts } from "./redis-checks.ts";

type Parts = RedisChecksParts & {
  /** Called when Redis works again, after a time in which events may have been missed. */
  onRecovered: () => void;
};

const lookEveryMs = 2_000;

/** Whether Redis is up, and whether this process may have missed events while it was down. */
class Availability {
  #isUp = false;
  #isServing = false;
  #mayHaveMissed = false;

  get isUp(): boolean {
    return this.#isUp;
  }

  down(): void {
    this.#isUp = false;
    this.#mayHaveMissed ||= this.#isServing;
  }

  /** @returns whether events may have been missed since it was up last */
  up(): boolean {
    const mayHaveMissed = this.#mayHaveMissed;
    this.#isUp = true;
    this.#isServing = true;
    this.#mayHaveMissed = false;
    return mayHaveMissed;
  }

  /** From now on this process serves, whether Redis is up or not. */
  serve(): void {
    this.#mayHaveMissed ||= !this.#isUp;
    this.#isServing = true;
  }
}

/**
 * Watches whether Redis works: checks it every two seconds and at each new connection, and counts it as down as soon as
 * a command failed.
 */
export const watchRedis = ({ onRecovered, ...checked }: Parts) => {
  const { clients, logger } = checked;
  const checks = new RedisChecks(checked);
  const availability = new Availability();
  const first = Promise.withResolvers<void>();
  let isLooking = false;
  let looksAgain = false;
  let isStopped = false;
  let brokeInLook = new AbortController();

  /** A command failed: a check that is under way proves nothing any more. */
  const broke = (): void => {
    availability.down();
    brokeInLook.abort();
  };

  const up = (): void => {
    first.resolve();
    checks.forgetFailures();
    if (availability.up()) onRecovered();
  };

  const look = async (): Promise<void> => {
    if (isLooking || isStopped) {
      looksAgain = true;
      return;
    }
    isLooking = true;
    brokeInLook = new AbortController();
    const isGood = await checks.pass(brokeInLook.signal);
    isLooking = false;
    if (isStopped) return;
    if (!isGood) availability.down();
    else if (!brokeInLook.signal.aborted && !availability.isUp) up();
    if (!looksAgain) return;
    looksAgain = false;
    await look();
  };

  const looking = setInterval(() => void look(), lookEveryMs).unref();
  for (const client of clients) client.on("ready", () => void look()).on("close", broke);
  void look();

  return {
    isUp: (): boolean => availability.isUp,
    broke,
    /** Resolves when Redis works, or when the wait at the start is over. */
    started: async (): Promise<void> => {
      await Promise.race([first.promise, pause(startWaitMs, undefined, { ref: false })]);
      if (!availability.isUp)
        logger.warn("redis is away at the start, this process works without the others until it is back");
      availability.serve();
    },
    stop: (): void => {
      isStopped = true;
      clearInterval(looking);
    },
  };
};
