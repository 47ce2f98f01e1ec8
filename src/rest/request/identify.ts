import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestHandler, Response } from "express";
import { bearerToken, type VerifyToken } from "../../caller/tokens.ts";
import { ChatError } from "../../chat/errors.ts";

/** The caller. `key`: the index of the service's key that came with the request. `userId`: the user of its token. */
export type Caller = { key: number | "none" | "wrong"; userId: string | null };

/**
 * The name under which the caller's requests count; null: they count by address. A wrong key counts by address even
 * with a valid token, so that nobody can guess keys at the rate of a user.
 */
export const countedAs = ({ key, userId }: Caller): string | null => {
  if (typeof key === "number") return `key:${key}`;
  return key === "none" && userId !== null ? `user:${userId}` : null;
};

const callers = new WeakMap<IncomingMessage, Caller>();

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Finds a key in the list in constant time, whatever was given: only digests are compared. */
const createFindKey = (keys: readonly string[]) => {
  const digests = keys.map(digest);
  return (given: string | undefined): Caller["key"] => {
    if (given === undefined) return "none";
    const wanted = digest(given);
    const found = digests.map((known) => timingSafeEqual(known, wanted)).indexOf(true);
    return found === -1 ? "wrong" : found;
  };
};

type Parts = { verifyToken: VerifyToken; internalApiKeys: readonly string[] };

/** Finds the caller by `X-API-Key` and `Authorization: Bearer`, once per request. */
export const createFindCaller = (parts: Parts): ((request: IncomingMessage) => Caller) => {
  const findKey = createFindKey(parts.internalApiKeys);
  const userOf = (header: string | undefined): string | null => {
    const token = bearerToken(header);
    if (token === undefined) return null;
    try {
      return parts.verifyToken(token).userId;
    } catch (error) {
      if (error instanceof ChatError && error.code === "unauthenticated") return null;
      throw error;
    }
  };
  return (request) => {
    const known = callers.get(request);
    if (known !== undefined) return known;
    const given = request.headers["x-api-key"];
    const key = findKey(Array.isArray(given) ? given.join(", ") : given);
    const caller = { key, userId: userOf(request.headers.authorization) };
    callers.set(request, caller);
    return caller;
  };
};

/** Notes the caller. Refuses nobody: each route says what it needs. */
export const createIdentify = (parts: Parts): RequestHandler => {
  const findCaller = createFindCaller(parts);
  return (req, _res, next) => {
    findCaller(req);
    next();
  };
};

export const callerOf = ({ req }: Response): Caller => callers.get(req) ?? { key: "none", userId: null };

/**
 * The user of the request's token. A request with a wrong key is refused even if its token is valid.
 * @throws ChatError `unauthenticated`
 */
export const userIdOf = (res: Response): string => {
  const { key, userId } = callerOf(res);
  if (key === "wrong" || userId === null) throw new ChatError("unauthenticated");
  return userId;
};

/** Whether the caller is the booking service, with one of its keys. */
export const isService = (res: Response): boolean => typeof callerOf(res).key === "number";

/** Requires a valid token. Runs before the body is read. */
export const needUser: RequestHandler = (_req, res, next) => {
  userIdOf(res);
  next();
};

/** Requires a valid key. */
export const needKey: RequestHandler = (_req, res, next) => {
  if (!isService(res)) throw new ChatError("unauthenticated");
  next();
};

/** Requires a valid key or, if there is no key, a valid token. */
export const needUserOrKey: RequestHandler = (_req, res, next) => {
  if (!isService(res)) userIdOf(res);
  next();
};
