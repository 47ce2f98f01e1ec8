import type { Draft, Entry, Head } from "../../chat/log/entry.ts";
import type { Lane, Waiting } from "./lanes.ts";

type Parts = { newId: () => string; now: () => Date };

/** Entries of one chat that are written together, each in view of the one before it. */
export type Run = { lane: Lane; entries: Entry[] };

/** The entry of a draft behind `head`. Drafted anew it keeps its id, by which an earlier try is known. */
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

/** What a send that is not first yet would append; null where it has to wait until it is. */
const draftOf = (waiting: Waiting, head: Head): Draft | null => {
  // Whether an earlier try of it landed must be known first.
  if (waiting.uncertain) return null;
  try {
    const decision = waiting.decide(head);
    return decision !== "nothing" && "append" in decision ? decision.append : null;
  } catch {
    return null;
  }
};

/**
 * The first of a lane, whose entry is drafted, and those behind it that append as well:
 *
 *     head 7, waiting: "a", "b", "c", close, "d"  →  8 "a", 9 "b", 10 "c", 11 close
 *
 * "d" is refused in view of the close; a refusal is believed only of what the log says, so it waits until it is first.
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

/** Takes lanes from the front of `ready` until their runs have `most` entries or more. */
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
