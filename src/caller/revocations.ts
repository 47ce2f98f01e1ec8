import { setTimeout as pause } from "node:timers/promises";
import { ChatError } from "../chat/errors.ts";
import type { Logger } from "../process/logger.ts";
import { growingPause } from "../timing/growing-pause.ts";
import type { Identity, VerifyToken } from "./tokens.ts";

type Revocation = { userId: string; at: Date };
type Span = "ever" | { lastMs: number };

export type Revocations = {
  /** Whether a token is refused: its user was revoked in the second in which it was issued, or later. */
  isRevoked: (token: Pick<Identity, "userId" | "issuedAtS">) => boolean;
  /** Revokes a user. When it resolves, this node refuses the user's older tokens. @throws ChatError `unavailable` */
  revoke: (userId: string) => Promise<Date>;
  /** Calls the listener with each user that was revoked, on whichever node. */
  onRevoked: (listener: (userId: string) => void) => void;
  /** How many users were ever revoked. */
  size: () => number;
  stop: () => void;
};

type Parts = {
  stored: {
    revoke: (userId: string) => Promise<Date>;
    list: (of: Span) => AsyncIterable<Revocation>;
  };
  logger: Logger;
  /** Ends the wait for a database that is away at the start. */
  signal: AbortSignal;
};

const lookEveryMs = 300;
/**
 * Each look goes back so much further than the one before. A revocation gets its time a moment before others can read it,
 * and after a failover the new primary's clock gives the times.
 */
const overlapMs = 30_000;
const pauseAfter = growingPause({ firstMs: 200, longestMs: 5_000 });

const secondOf = (at: Date): number => Math.floor(at.getTime() / 1_000);

/** Which users were revoked, and when; notifies once for each revocation, however often it is read. */
const createRevoked = () => {
  const times = new Map<string, Date>();
  const listeners: ((userId: string) => void)[] = [];
  return {
    times,
    listeners,
    note: ({ userId, at }: Revocation): void => {
      const known = times.get(userId);
      if (known !== undefined && known >= at) return;
      times.set(userId, at);
      for (const listener of listeners) listener(userId);
    },
  };
};

/** While a machine sleeps, one clock stands still; the other one may be set back. The larger difference counts. */
const clocks = () => ({ steadyMs: performance.now(), wallMs: Date.now() });
const msSince = (then: ReturnType<typeof clocks>): number => {
  const now = clocks();
  return Math.max(now.steadyMs - then.steadyMs, now.wallMs - then.wallMs);
};

/**
 * The revoked users, in memory, so that checking a token waits for nothing. The node reads all of them before it serves,
 * and then asks the database for new ones several times a second. Redis is not needed.
 *
 * A token says in whole seconds when it was issued. So one of the second of the revocation may be older than it, and is
 * refused; one of the next second is accepted:
 *
 *     revoked at 12:00:05.300    issued 12:00:04 or 12:00:05: refused    issued 12:00:06: accepted
 *
 * @throws the signal's reason
 */
export const openRevocations = async ({ stored, logger, signal }: Parts): Promise<Revocations> => {
  const { times, listeners, note } = createRevoked();
  const closing = new AbortController();

  /** @returns when it began */
  const look = async (of: Span) => {
    const began = clocks();
    for await (const revocation of stored.list(of)) note(revocation);
    return began;
  };

  const follow = async (from: ReturnType<typeof clocks>): Promise<void> => {
    let last = from;
    let failures = 0;
    for (;;) {
      await pause(lookEveryMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        last = await look({ lastMs: msSince(last) + overlapMs });
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1 && !closing.signal.aborted)
          logger.warn({ err: error }, "revoked users could not be read, trying again");
      }
    }
  };

  void follow(await untilRead(() => look("ever"), logger, signal));
  return {
    isRevoked: ({ userId, issuedAtS }) => {
      const at = times.get(userId);
      return at !== undefined && (issuedAtS === null || Math.floor(issuedAtS) <= secondOf(at));
    },
    revoke: async (userId) => {
      const at = await stored.revoke(userId);
      note({ userId, at });
      return at;
    },
    onRevoked: (listener) => void listeners.push(listener),
    size: () => times.size,
    stop: () => closing.abort(),
  };
};

const untilRead = async <T>(read: () => Promise<T>, logger: Logger, signal: AbortSignal): Promise<T> => {
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      const pauseMs = pauseAfter(failures);
      logger.warn({ err: error, pauseMs }, "revoked users could not be read, trying again");
      await pause(pauseMs, undefined, { signal });
    }
  }
};

/** Checks a token, and that its user was not revoked since it was issued. @throws ChatError `unauthenticated` */
export const refuseRevoked =
  (verify: VerifyToken, { isRevoked }: Pick<Revocations, "isRevoked">): VerifyToken =>
  (token) => {
    const identity = verify(token);
    if (isRevoked(identity)) throw new ChatError("unauthenticated");
    return identity;
  };
