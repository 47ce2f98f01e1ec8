import { setTimeout as pause } from "node:timers/promises";
import { growingPause } from "../../src/timing/growing-pause.ts";
import { untilAborted } from "../kafka/with-limit.ts";
import { type PartitionOf, rememberSpread } from "../source/topic-spread.ts";
import type { EncodedEvent } from "./chat-event.ts";

/** The topic of the events. */
export type EventTopic = {
  /** How keys are spread over the partitions that the topic has now. @throws while Kafka does not say */
  spread: () => Promise<PartitionOf>;
  /** Publishes events to one partition, in their order, all or none. @throws whenever that is not certain */
  publish: (partition: number, events: EncodedEvent[]) => Promise<void>;
};

/**
 * Resolves when the topic has all events, those of one chat in order. It tries again with growing pauses, for as long as
 * it takes.
 * @throws the signal's reason
 */
export type PublishEvents = (events: EncodedEvent[], signal: AbortSignal) => Promise<void>;

type Parts = {
  topic: EventTopic;
  /** Called for each failed try, with the pause after it. */
  onFailure: (error: unknown, pauseMs: number) => void;
  /** Called for events that the topic has. */
  onPublished: (events: EncodedEvent[]) => void;
  longestPauseMs?: number;
};

const firstPauseMs = 100;
// A broker with default settings refuses a request of more than a megabyte. After a failure smaller requests are tried,
// down to single events, since the size may have been the cause.
const mostBytes = 512 * 1024;
const mostEvents = 1_000;

/**
 * Publishes partition by partition, all partitions at once, in each one request at a time:
 *
 *     a1 b1 a2 c1 b2      partition 0: [a1 a2], partition 1: [b1 c1 b2]
 *
 * An event is only sent when all earlier events of its partition are acknowledged, so the first events of each id are in
 * order for a consumer, however often events are repeated.
 */
export const createPublishEvents = ({
  topic,
  onFailure,
  onPublished,
  longestPauseMs = 5_000,
}: Parts): PublishEvents => {
  const partitions = rememberSpread(topic.spread);
  const pauseAfter = growingPause({ firstMs: firstPauseMs, longestMs: longestPauseMs });
  let requestBytes = mostBytes;

  /** Publishes the events of one partition in order; returns those that are left after a failure, and why. */
  const publishTo = async (partition: number, events: EncodedEvent[]): Promise<Outcome> => {
    let left = events;
    while (left.length > 0) {
      const request = firstOf(left, requestBytes);
      try {
        await topic.publish(partition, request);
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
      const partitionOf = await partitions.partitionOf();
      const byPartition = Map.groupBy(events, ({ key }) => partitionOf(key));
      const outcomes = await Promise.all([...byPartition].map(([partition, group]) => publishTo(partition, group)));
      const failed = outcomes.filter(({ left }) => left.length > 0);
      return { left: failed.flatMap(({ left }) => left), error: failed[0]?.error };
    } catch (error) {
      return { left: events, error };
    }
  };

  return async (events, signal) => {
    let left = events;
    let failures = 0;
    while (left.length > 0) {
      signal.throwIfAborted();
      const outcome = await untilAborted(signal, attempt(left));
      requestBytes = outcome.left.length === 0 ? mostBytes : Math.ceil(requestBytes / 2);
      if (outcome.left.length === 0) return;
      failures = outcome.left.length < left.length ? 1 : failures + 1;
      const pauseMs = pauseAfter(failures);
      left = outcome.left;
      // The topic may have more partitions by now.
      partitions.forget();
      onFailure(outcome.error, pauseMs);
      await pause(pauseMs, undefined, { signal });
    }
  };
};

type Outcome = { left: EncodedEvent[]; error?: unknown };

/** As many events as fit into one request, at least one. */
const firstOf = (events: EncodedEvent[], requestBytes: number): EncodedEvent[] => {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += event.value.length;
    return index > 0 && (bytes > requestBytes || index >= mostEvents);
  });
  return end === -1 ? events : events.slice(0, end);
};
