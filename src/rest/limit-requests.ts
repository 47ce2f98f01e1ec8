import type { RequestHandler } from "express";
import { addressKey } from "../address-key.ts";
import type { RateLimit } from "../chat/ports.ts";
import { callerOf } from "./identify.ts";

/** `requests`: by user or key. `addressRequests`: by address, for those who show neither. */
export type RequestLimits = { requests: RateLimit; addressRequests: RateLimit };

/** Counts every request by its address. */
export const limitByAddress =
  ({ addressRequests }: Pick<RequestLimits, "addressRequests">): RequestHandler =>
  async (req, _res, next) => {
    await addressRequests.take(addressKey(req.ip ?? ""));
    next();
  };

/**
 * Counts requests before anything is read or looked up for them. Who shows a wrong key counts by address, also with a
 * good token beside it: keys are not to be guessed at the pace of a user.
 */
export const limitByCaller =
  ({ requests, addressRequests }: RequestLimits): RequestHandler =>
  async (req, res, next) => {
    const { key, userId } = callerOf(res);
    if (typeof key === "number") await requests.take(`key:${key}`);
    else if (key === "none" && userId !== null) await requests.take(`user:${userId}`);
    else await addressRequests.take(addressKey(req.ip ?? ""));
    next();
  };
