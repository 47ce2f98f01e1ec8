import type { Entry } from "../../chat/log/entry.ts";
import { onceATurn } from "../../timing/once-a-turn.ts";
import type { Lane, Stamp } from "./lane.ts";
import type { WriteEntries, Written } from "./write-entries.ts";

/** Entries of one chat that are written together, each decided in view of the one before it. */
export type Run = { lane: Lane; entries: Entry[] };

/** `batch`: entries in one write. `writes`: writes under way at once. */
export type GroupCommitLimits = { batch: number; writes: number };

type Parts = Stamp & {
  writeEntries: WriteEntries;
  limits: GroupCommitLimits;
  /** Called with the results of each run's entries. */
  onWritten: (run: Run, results: Written[]) => void;
};

/**
 * Writes the run of each ready lane together with those of other lanes. When idle it writes at once, when busy it writes
 * larger groups.
 */
export class GroupCommits {
  readonly #parts: Parts;
  readonly #ready: Lane[] = [];
  #writes = 0;
  // What comes in within one turn goes out in one write.
  readonly #pumpLater = onceATurn(() => this.#pump(), queueMicrotask);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The first of this lane has its entry. No write of the lane may be under way. */
  add(lane: Lane): void {
    this.#ready.push(lane);
    this.#pumpLater();
  }

  #pump(): void {
    while (this.#writes < this.#parts.limits.writes && this.#ready.length > 0) {
      const runs = this.#takeRuns();
      const singles = runs.filter(({ entries }) => entries.length === 1);
      const longer = runs.filter(({ entries }) => entries.length > 1);
      if (singles.length > 0) void this.#write(singles, { ordered: false });
      if (longer.length > 0) void this.#write(longer, { ordered: true });
    }
  }

  /** The runs of the lanes that have been ready longest, until they have the entries of a batch or more. */
  #takeRuns(): Run[] {
    const runs: Run[] = [];
    for (let count = 0; count < this.#parts.limits.batch; ) {
      const lane = this.#ready.shift();
      if (lane === undefined) break;
      const entries = lane.draftRun(this.#parts);
      if (entries.length > 0) runs.push({ lane, entries });
      count += entries.length;
    }
    return runs;
  }

  async #write(runs: Run[], options: { ordered: boolean }): Promise<void> {
    this.#writes += 1;
    const results = await this.#parts.writeEntries(
      runs.flatMap(({ entries }) => entries),
      options,
    );
    this.#writes -= 1;
    let from = 0;
    for (const run of runs) {
      const to = from + run.entries.length;
      this.#parts.onWritten(run, results.slice(from, to));
      from = to;
    }
    this.#pump();
  }
}
