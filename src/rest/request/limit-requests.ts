import type { RequestHandler } from "express";
import { clientKey } from "../../caller/address-key.ts";
import type { RateLimit } from "../../chat/ports.ts";
import { callerOf } from "./identify.ts";

/** `requests`: by user or key. `addressRequests`: by address, for those who show neither. */
export type RequestLimits = { requests: RateLimit; addressRequests: RateLimit };

type Parts = {
  limits: RequestLimits;
  /** How many proxies in front of us add to X-Forwarded-For. */
  trustedProxies: number;
};

/** Counts every request by its address. */
export const limitByAddress =
  ({ limits: { addressRequests }, trustedProxies }: Parts): RequestHandler =>
  async (req, _res, next) => {
    await addressRequests.take(clientKey(req, trustedProxies));
    next();
  };

/**
 * Counts requests before anything is read or looked up for them. A request with a wrong key counts by address, also
 * with a good token beside it: keys are not to be guessed at the pace of a user.
 */
export const limitByCaller =
  ({ limits: { requests, addressRequests }, trustedProxies }: Parts): RequestHandler =>
  async (req, res, next) => {
    const { key, userId } = callerOf(res);
    if (typeof key === "number") await requests.take(`key:${key}`);
    else if (key === "none" && userId !== null) await requests.take(`user:${userId}`);
    else await addressRequests.take(clientKey(req, trustedProxies));
    next();
  };
