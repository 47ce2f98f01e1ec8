import { Counter, type Registry } from "prom-client";
import type { Swept } from "../../src/chat/acts/uploads/sweep-upload.ts";
import { type Waiting, watchWaiting } from "../waiting-gauges.ts";

/** What is reported of uploads. */
export type UploadMetrics = {
  swept: (outcome: Swept) => void;
  /** Exports the files that wait for a scanner; each scrape asks for them. */
  watchScans: (waiting: () => Promise<Waiting>) => void;
};

/** The metrics of uploads, on the registry of the process. */
export const createUploadMetrics = (registry: Registry): UploadMetrics => {
  const swept = new Counter({
    name: "chat_uploads_swept_total",
    help: "Uploads that were due, by what became of the file: kept, or removed from the store",
    labelNames: ["outcome"],
    registers: [registry],
  });
  return {
    swept: (outcome) => swept.inc({ outcome }),
    watchScans: (waiting) =>
      watchWaiting(
        registry,
        {
          count: {
            name: "chat_scans_waiting",
            help: "Uploads that wait for a scanner's verdict; NaN while the database is away",
          },
          oldest: {
            name: "chat_scans_oldest_seconds",
            help: "Age of the oldest upload that waits for a scanner's verdict; 0 if there is none",
          },
        },
        waiting,
      ),
  };
};
