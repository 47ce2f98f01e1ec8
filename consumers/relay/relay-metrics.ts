import { Counter, Gauge, type Registry } from "prom-client";
import type { ChatEventType } from "../../src/contract/chat-events.ts";

/** What the relay reports. */
export type RelayMetrics = {
  published: (type: ChatEventType) => void;
  /** When the oldest change was written that is not on the topic yet; null if there is none. */
  waiting: (oldestAt: Date | null) => void;
  /** An attempt to publish failed and is repeated. */
  failed: () => void;
  /** A card that was out of date was repaired. */
  mended: () => void;
  /** It began to walk over the log itself. */
  walkBegan: (reason: "first_start" | "history_gone") => void;
  holdsLease: (holds: boolean) => void;
};

/** The relay's metrics, on the registry of the process. */
export const createRelayMetrics = (registry: Registry): RelayMetrics => {
  const registers = [registry];
  let oldestAt: Date | null = null;
  const published = new Counter({
    name: "chat_events_published_total",
    help: "Events on the topic of chat events, repeats included",
    labelNames: ["type"],
    registers,
  });
  const lag: Gauge = new Gauge({
    name: "chat_events_lag_seconds",
    help: "Age of the oldest entry that is not on the topic yet, as far as this process has read; 0 where all are",
    registers,
    collect: () => lag.set(oldestAt === null ? 0 : Math.max(0, (Date.now() - oldestAt.getTime()) / 1_000)),
  });
  const holds = new Gauge({
    name: "chat_events_holds_lease",
    help: "1 in the one process that publishes chat events",
    registers,
  });
  const failures = new Counter({
    name: "chat_events_failures_total",
    help: "Tries to publish that failed and were repeated",
    registers,
  });
  const mended = new Counter({
    name: "chat_cards_mended_total",
    help: "Cards that a crash had left behind",
    registers,
  });
  const walks = new Counter({
    name: "chat_events_catch_ups_total",
    help: "Times the log itself was walked over, since the database's history did not tell what happened",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of ["first_start", "history_gone"]) walks.inc({ reason }, 0);
  return {
    published: (type) => published.inc({ type }),
    waiting: (at) => {
      oldestAt = at;
    },
    failed: () => failures.inc(),
    mended: () => mended.inc(),
    walkBegan: (reason) => walks.inc({ reason }),
    holdsLease: (isHeld) => holds.set(isHeld ? 1 : 0),
  };
};
