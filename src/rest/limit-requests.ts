import type { Request, RequestHandler } from "express";
import type { RateLimit } from "../chat/ports.ts";
import { callerOf } from "./identify.ts";

/** `requests`: by user or key. `addressRequests`: by address, for those who show neither. */
export type RequestLimits = { requests: RateLimit; addressRequests: RateLimit };

const ipv4InIpv6 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** The first four groups of an IPv6 address: one line has all the addresses behind them. */
const networkOf = (address: string): string => {
  const [head = "", tail] = address.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
};

/** What an address is counted under: itself, or the /64 it is from. */
export const addressKey = (req: Pick<Request, "ip">): string => {
  const address = (req.ip ?? "").slice(0, 64).toLowerCase();
  const ipv4 = ipv4InIpv6.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  return address.includes(":") && !address.includes(".") ? networkOf(address) : address;
};

/** Counts every request by its address. */
export const limitByAddress =
  ({ addressRequests }: Pick<RequestLimits, "addressRequests">): RequestHandler =>
  async (req, _res, next) => {
    await addressRequests.take(addressKey(req));
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
    else await addressRequests.take(addressKey(req));
    next();
  };
