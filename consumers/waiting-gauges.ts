import { Gauge, type Registry } from "prom-client";

/** Things that wait, and since when the oldest of them does. */
export type Waiting = { count: number; oldestAt: Date | null };

type Described = { name: string; help: string };

const ageS = (at: Date | null): number => (at === null ? 0 : Math.max(0, (Date.now() - at.getTime()) / 1_000));

/** Exports how many things wait, and the age of the oldest one. Each scrape asks; NaN if that fails. */
export const watchWaiting = (
  registry: Registry,
  { count, oldest }: { count: Described; oldest: Described },
  ask: () => Promise<Waiting>,
): void => {
  const registers = [registry];
  const ages = new Gauge({ ...oldest, registers });
  const counts: Gauge = new Gauge({
    ...count,
    registers,
    collect: async () => {
      const found = await ask().catch(() => null);
      counts.set(found?.count ?? Number.NaN);
      ages.set(found === null ? Number.NaN : ageS(found.oldestAt));
    },
  });
};
