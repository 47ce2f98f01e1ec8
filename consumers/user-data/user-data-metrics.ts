import { Counter, type Registry } from "prom-client";
import { type Waiting, watchWaiting } from "../waiting-gauges.ts";
import type { TaskName } from "./one-holder.ts";

/** What is reported of erasures and retention. */
export type UserDataMetrics = {
  deleted: (task: TaskName, count: number) => void;
  failed: (task: TaskName) => void;
  /** Exports the erasures that are not done; each scrape asks for them. */
  watchErasures: (open: () => Promise<Waiting>) => void;
};

const tasks: readonly TaskName[] = ["erasure", "retention"];

/** The metrics of erasures and retention, on the registry of the process. */
export const createUserDataMetrics = (registry: Registry): UserDataMetrics => {
  const counter = (name: string, help: string): Counter<"task"> => {
    const made = new Counter({ name, help, labelNames: ["task"], registers: [registry] });
    for (const task of tasks) made.inc({ task }, 0);
    return made;
  };
  const deleted = counter(
    "chat_messages_erased_total",
    "Messages that this process deleted, by task: erasure or retention",
  );
  const failures = counter(
    "chat_erasure_failures_total",
    "Steps that failed and are repeated, by task: erasure or retention",
  );
  return {
    deleted: (task, count) => deleted.inc({ task }, count),
    failed: (task) => failures.inc({ task }),
    watchErasures: (open) =>
      watchWaiting(
        registry,
        {
          count: { name: "chat_erasures_open", help: "Erasures that are not done; NaN while the database is away" },
          oldest: {
            name: "chat_erasures_oldest_seconds",
            help: "Age of the oldest erasure that is not done; 0 if there is none",
          },
        },
        open,
      ),
  };
};
