import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";

// What is taken over ends in logs and headers, so nothing that could be more than a name is.
const safe = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives each request its id, the caller's own (`X-Request-Id`) where it is a safe one, and answers with it. */
export const requestIds: RequestHandler = (req, res, next) => {
  const given = req.get("x-request-id");
  const id = given !== undefined && safe.test(given) ? given : randomUUID();
  req.id = id;
  res.setHeader("X-Request-Id", id);
  next();
};

export const requestIdOf = (req: Request): string => (typeof req.id === "string" ? req.id : "");
