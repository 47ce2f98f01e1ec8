import cors from "cors";
import type { RequestHandler } from "express";
import helmet from "helmet";

/** Headers for answers that are not pages: a browser may load nothing for them and show them in no frame. */
export const apiHeaders: RequestHandler = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
});

/** For personal answers: no cache may store them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
};

const preflightAgeS = 3_600;

/** CORS: which origins' pages may call. Tokens are sent in `Authorization`, so no browser credentials are allowed. */
export const createCors = ({ corsOrigins }: { corsOrigins: readonly (string | RegExp)[] }): RequestHandler[] => [
  cors({
    origin: corsOrigins.includes("*") ? "*" : [...corsOrigins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["Authorization", "Content-Type", "X-Request-Id"],
    exposedHeaders: ["Location", "Retry-After", "X-Request-Id"],
    maxAge: preflightAgeS,
    credentials: false,
    preflightContinue: true,
  }),
  // A plain OPTIONS goes to the route, which answers with its methods.
  (req, res, next) => {
    if (req.method === "OPTIONS" && req.get("access-control-request-method") !== undefined) res.status(204).end();
    else next();
  },
];

/** Asks a client with `Expect: 100-continue` for the body. Runs after the request was admitted. */
export const askForBody: RequestHandler = (req, res, next) => {
  if (req.get("expect") !== undefined) res.writeContinue();
  next();
};
