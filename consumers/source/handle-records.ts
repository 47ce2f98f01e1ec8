import { withLimit } from "../kafka/with-limit.ts";
import type { ReceivedRecord } from "./received-record.ts";

/** What is to be done about a record. */
export type Work = {
  /** Records with the same one are handled one after the other, in their order. */
  orderedBy: string | null;
  /** Resolves when the effect is durable. A throw means "try again". */
  run: () => Promise<void>;
};

/** Must not throw. */
export type PlanWork = (record: ReceivedRecord) => Work;

/** `done`: how many records, from the first one on, are finished. `again`: why the next one must be tried again. */
export type BatchEnd = { done: number; again: { error: unknown } | null };

type Options = {
  records: readonly ReceivedRecord[];
  plan: PlanWork;
  /** How many records are under way at once: records that reach the log together are written together. */
  mostAtOnce: number;
  /** A record that takes longer must be tried again. */
  recordLimitMs: number;
  /** True: no more records are started; those under way are finished. */
  isOver: () => boolean;
};

/**
 * Handles a partition's records, those that are ordered by different keys at the same time. After a failure no more are started.
 *
 *     records    A1 B2 A3 C4 B5     A3 waits for A1, B5 for B2; B2 fails → B5 is not started,
 *     done       A1    A3 C4        done is 1: B2 comes again, and with it A3 and C4, which are known by then
 */
export const handleRecords = async ({
  records,
  plan,
  mostAtOnce,
  recordLimitMs,
  isOver,
}: Options): Promise<BatchEnd> => {
  const handled: boolean[] = records.map(() => false);
  const lastOf = new Map<string, Promise<void>>();
  const underWay = new Set<Promise<void>>();
  let again: BatchEnd["again"] = null;

  const handle = async (index: number, work: Work, before: Promise<void> | undefined): Promise<void> => {
    await before;
    if (again !== null || isOver()) return;
    try {
      await withLimit("a record", recordLimitMs, work.run());
      handled[index] = true;
    } catch (error) {
      again ??= { error };
    }
  };

  for (const [index, record] of records.entries()) {
    while (underWay.size >= mostAtOnce) await Promise.race(underWay);
    if (again !== null || isOver()) break;
    const work = plan(record);
    const task = handle(index, work, work.orderedBy === null ? undefined : lastOf.get(work.orderedBy));
    if (work.orderedBy !== null) lastOf.set(work.orderedBy, task);
    underWay.add(task);
    void task.then(() => underWay.delete(task));
  }
  await Promise.all(underWay);
  const firstLeft = handled.indexOf(false);
  return { done: firstLeft === -1 ? records.length : firstLeft, again };
};
