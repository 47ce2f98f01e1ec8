import type { IncomingMessage } from "node:http";
import { clientKey } from "../caller/address-key.ts";
import type { Limits } from "../config/config.ts";
import { type Caller, countedAs } from "../rest/request/identify.ts";
import { createMinuteCounts, type Taken } from "./minute-counts.ts";

/** Finds the caller of a request by its token and key. */
export type FindCaller = (request: IncomingMessage) => Caller;

/** `over`: by how many requests the minute's limit is exceeded; 0 or less: the request is within it. */
export type Counted = { over: number; retryAfterMs: number };

const uncounted: Counted = { over: 0, retryAfterMs: 0 };
/** Beyond its limit, REST answers this many more requests with a complete 429, which a page of another origin can read. */
const servedAndRefused = 2;

/** Per address: with fewer, the clients of a large network that reconnect after a node was lost would have to wait. */
const leastUpgrades = 1_000;

const within = (most: number, { count, leftMs }: Taken): Counted => ({ over: count - most, retryAfterMs: leftMs });

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === "OPTIONS" && headers["access-control-request-method"] !== undefined;

type RequestParts = {
  limits: Pick<Limits, "requestsPerMin" | "addressRequestsPerMin">;
  trustedProxies: number;
  findCaller: FindCaller;
};

/**
 * Counts requests before any other work, on every path, in the memory of this node: by user or key if the request has a
 * valid one, otherwise by address. The limits are those of REST, which Redis counts for all nodes; this count finds
 * clients that continue after REST has refused them. Browsers send preflights without a token: they have a separate
 * count, as large as a user's.
 */
export const createCountRequests = ({ limits, trustedProxies, findCaller }: RequestParts) => {
  const take = createMinuteCounts();

  const callerKey = (request: IncomingMessage): string | null => {
    try {
      return countedAs(findCaller(request));
    } catch {
      // REST meets the same error and answers it.
      return null;
    }
  };

  return (request: IncomingMessage): Counted => {
    if (limits.requestsPerMin === 0) return uncounted;
    const address = clientKey(request, trustedProxies);
    if (isPreflight(request)) return within(limits.requestsPerMin, take(`preflights ${address}`));
    const caller = callerKey(request);
    if (caller !== null) return within(servedAndRefused * limits.requestsPerMin, take(caller));
    return within(servedAndRefused * limits.addressRequestsPerMin, take(`address ${address}`));
  };
};

type UpgradeParts = {
  limits: Pick<Limits, "handshakesPerMin" | "connectionsPerAddress">;
  trustedProxies: number;
};

/**
 * Counts attempts to open a websocket, by address. Attempts that reach a handshake are counted as handshakes as well;
 * this count finds clients that never send anything, or that flood and reconnect: a flood counts as several attempts.
 */
export const createCountUpgrades = ({ limits, trustedProxies }: UpgradeParts) => {
  const take = createMinuteCounts();
  const most = Math.max(leastUpgrades, servedAndRefused * limits.handshakesPerMin, limits.connectionsPerAddress);
  return (request: IncomingMessage, attempts = 1): Counted =>
    limits.handshakesPerMin === 0 ? uncounted : within(most, take(clientKey(request, trustedProxies), attempts));
};
