import type { RelayState } from "../../../src/store/relay/relay-lease.ts";
import type { RelayStore } from "../../../src/store/relay/relay-store.ts";
import type { Aftercare } from "../aftercare.ts";

type Options = {
  /** As the last holder left it. */
  state: RelayState;
  scan: Pick<RelayStore["scan"], "idAt" | "entriesAfter">;
  aftercare: Pick<Aftercare, "add">;
  ends: AbortSignal;
};

/** Entries are found by their ids, whose times come from their writers' clocks. */
const clocksDifferMs = 60_000;
const entriesAtOnce = 1_000;

/**
 * Takes over the entries that the last holder published but whose cards and notices it may not have handled. What it did
 * not publish comes with the feed.
 */
export const takeOver = async ({ state, scan, aftercare, ends }: Options): Promise<void> => {
  const { lookedAt, position } = state;
  if (lookedAt === null || position === null) return;
  const idAt = (at: Date, ms: number): string => scan.idAt(new Date(Math.max(0, at.getTime() + ms)));
  const end = idAt(position.at, clocksDifferMs);
  for (let after = idAt(lookedAt, -clocksDifferMs); ; ) {
    const entries = (await scan.entriesAfter(after, entriesAtOnce)).filter(({ id }) => id <= end);
    ends.throwIfAborted();
    aftercare.add(entries);
    const last = entries.at(-1);
    if (entries.length < entriesAtOnce || last === undefined) return;
    after = last.id;
  }
};
