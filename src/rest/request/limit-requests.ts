import type { RequestHandler } from "express";
import { clientKey } from "../../caller/address-key.ts";
import type { RateLimit } from "../../chat/ports.ts";
import { callerOf, countedAs } from "./identify.ts";

/** `requests`: by user or key. `addressRequests`: by address, for requests with neither. */
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

/** Counts a request before anything is read or looked up for it. */
export const limitByCaller =
  ({ limits: { requests, addressRequests }, trustedProxies }: Parts): RequestHandler =>
  async (req, res, next) => {
    const name = countedAs(callerOf(res));
    if (name !== null) await requests.take(name);
    else await addressRequests.take(clientKey(req, trustedProxies));
    next();
  };
