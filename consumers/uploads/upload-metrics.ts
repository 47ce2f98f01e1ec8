import { Counter, Gauge, type Registry } from "prom-client";
import type { Swept } from "../../src/chat/acts/uploads/sweep-upload.ts";
import type { WaitingScans } from "../../src/chat/upload-ports.ts";

/** What is reported of uploads. */
export type UploadMetrics = {
  swept: (outcome: Swept) => void;
  /** Exports the files that wait for a scanner; each scrape asks for them. */
  watchScans: (waiting: () => Promise<WaitingScans>) => void;
};

const ageS = (at: Date | null): number => (at === null ? 0 : Math.max(0, (Date.now() - at.getTime()) / 1_000));

/** The metrics of uploads, on the registry of the process. */
export const createUploadMetrics = (registry: Registry): UploadMetrics => {
  const registers = [registry];
  const swept = new Counter({
    name: "chat_uploads_swept_total",
    help: "Uploads that were due, by what became of the file: kept, or removed from the store",
    labelNames: ["outcome"],
    registers,
  });
  return {
    swept: (outcome) => swept.inc({ outcome }),
    watchScans: (waiting) => {
      const oldest = new Gauge({
        name: "chat_scans_oldest_seconds",
        help: "Age of the oldest upload that waits for a scanner's verdict; 0 if there is none",
        registers,
      });
      const count: Gauge = new Gauge({
        name: "chat_scans_waiting",
        help: "Uploads that wait for a scanner's verdict; NaN while the database is away",
        registers,
        collect: async () => {
          const found = await waiting().catch(() => null);
          count.set(found?.count ?? Number.NaN);
          oldest.set(found === null ? Number.NaN : ageS(found.oldestAt));
        },
      });
    },
  };
};
