import type { ByteBudget, Reads, Turns } from "../chat/ports.ts";
import { FairTurns, type TurnLimits } from "./fair-turns.ts";

/**
 * How many tasks run at once, per user and for all users. The sum is lower than the number of connections to MongoDB
 * (`maxPoolSize` in `store/connect.ts`), so a send always finds a free one.
 *
 * An answer of a megabyte takes several megabytes while it is made: documents, objects, a text, a buffer. So the limit
 * on the bytes of all reads is far below the heap of a pod.
 */
export const bounds = {
  reads: {
    each: { running: 2, waiting: 200, bytes: 6 * 1024 ** 2 },
    all: { running: 8, waiting: 2_000, bytes: 32 * 1024 ** 2 },
    longestWaitMs: 5_000,
    // A page of a megabyte takes ten milliseconds of the process, or a hundred on a busy machine. Back to back, even two
    // such pages at a time delayed other users' acks by most of a second.
    bytesPerS: 10 * 1024 ** 2,
  },
  marks: { each: { running: 4, waiting: 200 }, all: { running: 10, waiting: 5_000 }, longestWaitMs: 5_000 },
  // Two changes of one chat at once only make each other decide again.
  changes: { each: { running: 1, waiting: 200 }, all: { running: 6, waiting: 5_000 }, longestWaitMs: 10_000 },
  lookUps: { each: { running: 2, waiting: 200 }, all: { running: 6, waiting: 10_000 }, longestWaitMs: 5_000 },
  contacts: { each: { running: 1, waiting: 20 }, all: { running: 2, waiting: 20_000 }, longestWaitMs: 60_000 },
  // Requests to the store for files. They use no connection to MongoDB.
  files: { each: { running: 2, waiting: 20 }, all: { running: 20, waiting: 1_000 }, longestWaitMs: 5_000 },
} satisfies Record<string, TurnLimits>;

const unlimited: ByteBudget = { reserve: () => ({ settle: () => undefined }) };

type Options = {
  /** How many bytes a user may read over time; by default no limit. */
  budget?: ByteBudget | undefined;
  limits?: TurnLimits;
};

/**
 * Runs every read of a user: it waits for its turn, reserves its largest possible size, reads, and releases what it did
 * not need. The result counts until it is written out or its client is gone.
 */
export const createReads = ({ budget = unlimited, limits = bounds.reads }: Options) => {
  const turns = new FairTurns(limits);
  const run: Reads["run"] = async ({ userId, isGone, onWritten, end }, { mostBytes, fetch }) => {
    const turn = await turns.take({ key: userId, bytes: mostBytes, isGone, end });
    let bytes: number | null = null;
    try {
      const reserved = budget.reserve(userId, mostBytes);
      try {
        const found = await fetch();
        bytes = found.bytes;
        return found.answer;
      } finally {
        reserved.settle(bytes ?? 0);
      }
    } finally {
      turn.settle(bytes);
      if (!bytes) turn.free();
      else onWritten(turn.free);
    }
  };
  return { run, load: () => turns.load };
};

/** Turns for tasks whose results need not be held. */
const createTurns = (limits: TurnLimits): Turns => {
  const turns = new FairTurns(limits);
  return {
    run: async (key, task) => {
      const turn = await turns.take({ key });
      let made: 0 | null = null;
      try {
        const done = await task();
        made = 0;
        return done;
      } finally {
        turn.settle(made);
        turn.free();
      }
    },
  };
};

/** Limits on the work that users have under way. `changes`: edits and deletions, by chat. `contacts`: look-ups of the people that get a user's presence. */
export const createBounds = (budget?: ByteBudget) => ({
  reads: createReads({ budget }),
  marks: createTurns(bounds.marks),
  changes: createTurns(bounds.changes),
  lookUps: createTurns(bounds.lookUps),
  contacts: createTurns(bounds.contacts),
  files: createTurns(bounds.files),
});
