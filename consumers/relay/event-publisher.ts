import { setTimeout as pause } from "node:timers/promises";
import { untilAborted } from "../kafka/with-limit.ts";
import type { PartitionOf } from "../source/topic-spread.ts";
import type { EncodedEvent } from "./chat-event.ts";

/** Where events go. */
export type EventTopic = {
  /** How keys are spread over the partitions that the topic has now. @throws while Kafka does not say */
  spread: () => Promise<PartitionOf>;
  /** Publishes events of one partition, in their order, all or none. @throws whenever that is not certain */
  publish: (events: EncodedEvent[]) => Promise<void>;
};

/**
 * Resolves when the topic has all of them, those of one chat in their order. Tries again, with growing pauses, for as
 * long as it takes.
 * @throws the signal's reason
 */
export type PublishEvents = (events: EncodedEvent[], signal: AbortSignal) => Promise<void>;

type Parts = {
  topic: EventTopic;
  /** Told of each try that failed, and how long is waited then. */
  onFailure: (error: unknown, pauseMs: number) => void;
  /** Told of what the topic has. */
  onPublished: (events: EncodedEvent[]) => void;
  longestPauseMs?: number;
};

const firstPauseMs = 100;
// A request of more than a megabyte is refused by a broker with usual settings. After a failure smaller ones are tried,
// down to single events: it may have been the size.
const mostBytes = 512 * 1024;
const mostEvents = 1_000;
const spreadKeptMs = 30_000;

/**
 * Publishes partition by partition, all partitions at once, in each one request at a time:
 *
 *     a1 b1 a2 c1 b2      partition 0: [a1 a2], partition 1: [b1 c1 b2]
 *
 * An event is never under way before all that came before it in its partition is acknowledged, so what a consumer sees
 * first of each id is in order, however often something is repeated.
 */
export const createPublishEvents = ({
  topic,
  onFailure,
  onPublished,
  longestPauseMs = 5_000,
}: Parts): PublishEvents => {
  let known: { partitionOf: PartitionOf; at: number } | null = null;
  let requestBytes = mostBytes;

  const partitionOf = async (): Promise<PartitionOf> => {
    if (known === null || performance.now() - known.at > spreadKeptMs) {
      known = { partitionOf: await topic.spread(), at: performance.now() };
    }
    return known.partitionOf;
  };

  /** Publishes in order what belongs to one partition; what is left where that failed, and why. */
  const publishLane = async (lane: EncodedEvent[]): Promise<Outcome> => {
    let left = lane;
    while (left.length > 0) {
      const request = firstOf(left, requestBytes);
      try {
        await topic.publish(request);
      } catch (error) {
        return { left, error };
      }
      onPublished(request);
      left = left.slice(request.length);
    }
    return { left };
  };

  const attempt = async (events: EncodedEvent[]): Promise<Outcome> => {
    try {
      const outcomes = await Promise.all(byPartition(events, await partitionOf()).map(publishLane));
      const failed = outcomes.filter(({ left }) => left.length > 0);
      return { left: failed.flatMap(({ left }) => left), error: failed[0]?.error };
    } catch (error) {
      return { left: events, error };
    }
  };

  return async (events, signal) => {
    let left = events;
    let pauseMs = firstPauseMs;
    while (left.length > 0) {
      signal.throwIfAborted();
      const outcome = await untilAborted(signal, attempt(left));
      requestBytes = outcome.left.length === 0 ? mostBytes : Math.ceil(requestBytes / 2);
      if (outcome.left.length === 0) return;
      pauseMs = outcome.left.length < left.length ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
      left = outcome.left;
      // The topic may have got more partitions meanwhile.
      known = null;
      onFailure(outcome.error, pauseMs);
      await pause(pauseMs, undefined, { signal });
    }
  };
};

type Outcome = { left: EncodedEvent[]; error?: unknown };

const byPartition = (events: EncodedEvent[], partitionOf: PartitionOf): EncodedEvent[][] => {
  const lanes = new Map<number, EncodedEvent[]>();
  for (const event of events) {
    const partition = partitionOf(event.chatId);
    const lane = lanes.get(partition);
    if (lane) lane.push(event);
    else lanes.set(partition, [event]);
  }
  return [...lanes.values()];
};

/** As many as go into one request, at least one. */
const firstOf = (events: EncodedEvent[], requestBytes: number): EncodedEvent[] => {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += event.value.length;
    return index > 0 && (bytes > requestBytes || index >= mostEvents);
  });
  return end === -1 ? events : events.slice(0, end);
};
