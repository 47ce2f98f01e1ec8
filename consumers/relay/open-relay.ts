import type { Acts } from "../../src/chat/acts/create-acts.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import type { Logger } from "../../src/process/logger.ts";
import type { Store } from "../../src/store/open-store.ts";
import { createAftercare } from "./aftercare.ts";
import { createDescribeChanges } from "./describe-changes.ts";
import { createPublishEvents, type EventTopic } from "./event-publisher.ts";
import type { NoticeDelays, OnlineState } from "./notice-rules.ts";
import { createRelay, type Relay } from "./relay.ts";
import type { RelayMetrics } from "./relay-metrics.ts";
import { createTerm } from "./term/term.ts";
import type { RelayTiming } from "./timing.ts";
import { createUnreadWatch } from "./unread-watch.ts";
import { createWalkLog } from "./walk-log.ts";

type Parts = {
  store: Pick<Store, "log" | "relay">;
  topic: EventTopic;
  /** The topic's name: relays to different topics do not know of each other. */
  topicName: string;
  mendCard: Acts["mendCard"];
  presenceOf: (userId: string) => Promise<OnlineState | null>;
  delays: NoticeDelays;
  metrics: RelayMetrics;
  logger: Logger;
  timing?: Partial<RelayTiming>;
};

const usualTiming: RelayTiming = { leaseMs: 8_000, beatMs: 1_000, careMs: 1_000 };
const longestLookMs = 5_000;

/** Composes the relay: from the log's changes to events on the topic, and the work that follows from them. */
export const openRelay = ({
  store,
  topic,
  topicName,
  mendCard,
  presenceOf,
  delays,
  metrics,
  logger,
  ...rest
}: Parts): Relay => {
  const timing = { ...usualTiming, ...rest.timing };
  const { log, relay } = store;
  const { scan, notices } = relay;
  const publish = createPublishEvents({
    topic,
    onFailure: (error, pauseMs) => {
      metrics.failed();
      logger.warn({ err: error, pauseMs }, "chat events could not be published, trying again");
    },
    onPublished: (events) => {
      for (const { type } of events) metrics.published(type);
    },
  });
  const describe = createDescribeChanges({ log, scan, now: () => new Date() });
  const unread = createUnreadWatch({ notices, scan, log, presenceOf, publish, delays, now: () => new Date() });
  const aftercare = () =>
    createAftercare({
      scan,
      log,
      mend: mendCard,
      note: unread.note,
      onMended: metrics.mended,
      afterMs: Math.min(longestLookMs, Math.min(delays.offlineMs, delays.onlineMs) / 3),
    });
  const behind = aftercare();
  const lookAfter = async (entries: Entry[]): Promise<void> => {
    behind.add(entries);
    await behind.run({ now: true });
  };
  const runTerm = createTerm({
    store: relay,
    describe,
    publish,
    walkLog: createWalkLog({ scan, log, describe, publish, lookAfter }),
    aftercare: aftercare(),
    unread,
    metrics,
    logger,
    timing,
  });
  return createRelay({ name: topicName, store: relay, runTerm, metrics, logger, timing });
};
