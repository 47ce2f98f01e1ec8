import { EventEmitter } from "node:events";
import type { Channels } from "../../redis/channels.ts";
import type { RedisClient } from "../../redis/clients.ts";
import { isProbe } from "../../redis/probe.ts";
import { isPeerCall } from "./wire-shapes.ts";

/** A message of a peer has some 100 bytes. */
const largestCall = 1_024;

type Parts = {
  channels: Channels;
  /** Called for a probe of any process. */
  onProbe: (channel: keyof Channels, probe: string) => void;
  /** Called for an unknown message, which is dropped. */
  onStray: () => void;
};

/**
 * A subscriber for the Redis adapter, which subscribes without a catch and trusts what it receives: one malformed message
 * would end the process, and its requests can read tokens, move sockets into rooms and end connections. Only our own
 * requests pass. Broadcasts are checked where they are decoded, in `wire-parser.ts`, after the adapter has checked
 * whether anybody here is in the room. The adapter's channels for answers are not subscribed, since nobody asks.
 */
export const createSafeSubscriber = (redis: RedisClient, { channels, onProbe, onStray }: Parts) => {
  const heard = new EventEmitter();

  redis.on("pmessageBuffer", (pattern: string, channel: Buffer, message: Buffer) => {
    if (isProbe(message)) onProbe("broadcasts", message.toString("latin1"));
    else heard.emit("pmessageBuffer", pattern, channel, message);
  });
  redis.on("messageBuffer", (channel: Buffer, message: Buffer) => {
    if (isProbe(message)) onProbe("requests", message.toString("latin1"));
    else if (isCall(message)) heard.emit("messageBuffer", channel, message);
    else onStray();
  });

  const leftToUs = (): void => undefined;
  return {
    /** Replaces the client that the adapter expects. */
    client: Object.assign(heard, {
      psubscribe: leftToUs,
      subscribe: leftToUs,
      punsubscribe: leftToUs,
      unsubscribe: leftToUs,
    }),
    /** Call this at every connection; may be repeated. @throws the error of Redis if it refuses a channel */
    subscribe: async (): Promise<void> => {
      await Promise.all([redis.psubscribe(channels.everyBroadcast), redis.subscribe(channels.requests)]);
    },
  };
};

const isCall = (message: Buffer): boolean => {
  if (message.length > largestCall) return false;
  try {
    return isPeerCall(JSON.parse(message.toString()));
  } catch {
    return false;
  }
};
