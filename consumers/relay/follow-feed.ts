import { setTimeout as pause } from "node:timers/promises";
import type { Change, ChangeFeed, Position } from "../../src/store/relay/change-feed.ts";
import { untilAborted } from "../kafka/with-limit.ts";
import type { DescribeChanges } from "./describe-changes.ts";
import type { PublishEvents } from "./event-publisher.ts";

/** What the feed returned in one step. */
type Step = { changes: Change[]; position: Position };

export type FollowOptions = {
  feed: ChangeFeed;
  describe: DescribeChanges;
  publish: PublishEvents;
  /** Called when everything up to this position is on the topic, with the changes since the last call. */
  onPublished: (position: Position, changes: Change[]) => void;
  /** Called with the time of the oldest change that is not on the topic yet; null if there is none. */
  onWaiting: (oldestAt: Date | null) => void;
  /** Ends it after the work under way. */
  closing: AbortSignal;
  /** Ends it at once. */
  signal: AbortSignal;
};

// A limit on the changes that are not published yet: while the topic is away, they must not fill the memory.
const mostWaiting = 1_000;
const mostAtOnce = 500;
const closeLimitMs = 2_000;

/**
 * Publishes the changes of a feed until it is asked to end. While one group of changes is being published, the next one is
 * gathered, so a busy relay publishes larger groups.
 * @throws what the feed and the database throw; the signal's reason
 */
export const followFeed = async (options: FollowOptions): Promise<void> => {
  const { feed, closing, signal } = options;
  const queue: Step[] = [];
  let wake = Promise.withResolvers<void>();
  let failure: { error: unknown } | null = null;
  const done = new AbortController();
  const ends = AbortSignal.any([closing, signal, done.signal]);
  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };

  const pull = async (): Promise<void> => {
    while (!ends.aborted) {
      if (queue.length >= mostWaiting) await untilAborted(ends, wake.promise);
      else queue.push(await feed.next());
      changed();
    }
  };

  // Also ends a wait for the next change.
  ends.addEventListener("abort", () => void feed.close().catch(() => undefined), { once: true });
  const pulling = pull().catch((error: unknown) => {
    failure = { error };
    changed();
  });
  try {
    while (!ends.aborted) {
      const group = queue.splice(0, mostAtOnce);
      if (group.length > 0) {
        changed();
        await publishGroup(group, options);
      } else if (failure !== null) {
        throw (failure as { error: unknown }).error;
      } else {
        await untilAborted(ends, wake.promise).catch(() => undefined);
      }
    }
    signal.throwIfAborted();
  } finally {
    done.abort();
    await Promise.race([pulling, pause(closeLimitMs, undefined, { ref: false })]);
  }
};

const publishGroup = async (
  group: Step[],
  { describe, publish, onPublished, onWaiting, signal }: FollowOptions,
): Promise<void> => {
  const last = group.at(-1);
  if (last === undefined) return;
  const changes = group.flatMap((one) => one.changes);
  if (changes.length > 0) {
    onWaiting(group.find((one) => one.changes.length > 0)?.position.at ?? null);
    await publish(await describe(changes), signal);
    onWaiting(null);
  }
  onPublished(last.position, changes);
};
