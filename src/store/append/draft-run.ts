import type { Draft, Entry, Head } from "../../chat/log/entry.ts";
import type { Lane, Waiting } from "./lanes.ts";

type Parts = { newId: () => string; now: () => Date };

/** Entries of one chat that are written together, each decided on the basis of the one before it. */
export type Run = { lane: Lane; entries: Entry[] };

/** The entry of a draft after `head`. A new draft keeps the entry's id, which identifies an earlier try. */
export const draftEntry = (
  { chatId }: Lane,
  { entry }: Waiting,
  head: Head,
  draft: Draft,
  { newId, now }: Parts,
): Entry => ({
  ...draft,
  id: entry?.id ?? newId(),
  chatId,
  seq: head.seq + 1,
  createdAt: entry?.createdAt ?? now(),
});

/** The entry that a send which is not first would append; null if it must wait until it is first. */
const draftOf = (waiting: Waiting, head: Head): Draft | null => {
  // First it must be known whether an earlier try was stored.
  if (waiting.uncertain) return null;
  try {
    const decision = waiting.decide(head);
    return decision !== "nothing" && "append" in decision ? decision.append : null;
  } catch {
    return null;
  }
};

/**
 * The first send of a lane, whose entry is drafted, and the sends after it that append as well:
 *
 *     head 7, waiting: "a", "b", "c", close, "d"  →  8 "a", 9 "b", 10 "c", 11 close
 *
 * "d" is refused after the close. A refusal counts only for a head from the log, so "d" waits until it is first.
 */
const draftRun = (lane: Lane, first: Entry, parts: Parts): Run => {
  const entries = [first];
  let before = first;
  for (const waiting of lane.waiting.slice(1, lane.mostInRun)) {
    const draft = draftOf(waiting, before);
    if (draft === null) break;
    before = draftEntry(lane, waiting, before, draft, parts);
    waiting.entry = before;
    entries.push(before);
  }
  return { lane, entries };
};

/** Takes lanes from the front of `ready` until their runs have at least `most` entries. */
export const takeRuns = (ready: Lane[], most: number, parts: Parts): Run[] => {
  const runs: Run[] = [];
  let taken = 0;
  for (let entries = 0; entries < most && taken < ready.length; taken += 1) {
    const lane = ready[taken];
    const first = lane?.waiting[0]?.entry;
    if (lane === undefined || lane.dead || !first) continue;
    const run = draftRun(lane, first, parts);
    runs.push(run);
    entries += run.entries.length;
  }
  ready.splice(0, taken);
  return runs;
};
