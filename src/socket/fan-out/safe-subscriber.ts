import { EventEmitter } from "node:events";
import type { Channels } from "../../redis/channels.ts";
import type { RedisClient } from "../../redis/clients.ts";
import { isProbe } from "../../redis/probe.ts";
import { isPeerCall } from "./wire-shapes.ts";

/** A peer's word is some 100 bytes. */
const largestCall = 1_024;

type Parts = {
  channels: Channels;
  /** A probe came, of any process. */
  onProbe: (channel: keyof Channels, probe: string) => void;
  /** Something came that is none of our words; it is dropped. */
  onStray: () => void;
};

/**
 * A subscriber for the Redis adapter, which subscribes without a catch and believes what it hears: one message that is
 * none would end the process, and its requests read tokens, move sockets into rooms and end connections. Of requests
 * only our own words pass. Broadcasts are checked where they are decoded, in `wire-parser.ts`, after the adapter has
 * seen whether anybody here is in the room. The adapter's channels for answers are not listened to: nobody asks.
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
    /** Stands in for the client that the adapter expects. */
    client: Object.assign(heard, {
      psubscribe: leftToUs,
      subscribe: leftToUs,
      punsubscribe: leftToUs,
      unsubscribe: leftToUs,
    }),
    /** To be called on every connection; again does no harm. @throws what Redis says where it refuses a channel */
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
