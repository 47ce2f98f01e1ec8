import cors from "cors";
import type { RequestHandler } from "express";
import helmet from "helmet";

/** Headers for answers that no browser shows as a page: nothing may be loaded from them, nothing may frame them. */
export const apiHeaders: RequestHandler = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
});

/** For answers that are one person's: no cache on the way may keep them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
};

const preflightAgeS = 3_600;

/** Which pages of other origins may call. Tokens travel in `Authorization`, so no credentials of the browser's. */
export const createCors = ({ corsOrigins }: { corsOrigins: readonly string[] }): RequestHandler[] => [
  cors({
    origin: corsOrigins.includes("*") ? "*" : [...corsOrigins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH"],
    allowedHeaders: ["Authorization", "Content-Type", "X-Request-Id"],
    exposedHeaders: ["Location", "Retry-After", "X-Request-Id"],
    maxAge: preflightAgeS,
    credentials: false,
    preflightContinue: true,
  }),
  // A plain OPTIONS goes on to the route, which answers what it allows.
  (req, res, next) => {
    if (req.method === "OPTIONS" && req.get("access-control-request-method") !== undefined) res.status(204).end();
    else next();
  },
];

/** Asks a client that waits for it (`Expect: 100-continue`) for the body. Stands behind what lets a request in. */
export const askForBody: RequestHandler = (req, res, next) => {
  if (req.get("expect") !== undefined) res.writeContinue();
  next();
};
