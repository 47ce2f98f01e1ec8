import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";

// A caller's id goes into logs and headers, so only a plain name is accepted.
const safe = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives each request an id and returns it in `X-Request-Id`. The caller's own id is used if it is safe. */
export const requestIds: RequestHandler = (req, res, next) => {
  const given = req.get("x-request-id");
  const id = given !== undefined && safe.test(given) ? given : randomUUID();
  req.id = id;
  res.setHeader("X-Request-Id", id);
  next();
};

export const requestIdOf = (req: Request): string => (typeof req.id === "string" ? req.id : "");
