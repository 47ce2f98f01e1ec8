import type { RequestHandler } from "express";

/** `route` is the pattern (`/:chatId/messages`), never the path: one series per route. */
export type ObservedRequest = { method: string; route: string; status: number; durationMs: number };
export type RestMetrics = { requestEnded: (request: ObservedRequest) => void };

/** Tells the metrics of each request that ended. */
export const createObserveRequests =
  ({ metrics }: { metrics?: RestMetrics | undefined }): RequestHandler =>
  (req, res, next) => {
    const startedMs = performance.now();
    if (metrics) {
      res.once("close", () => {
        const route = res.locals["route"];
        metrics.requestEnded({
          method: req.method,
          route: typeof route === "string" ? route : "unknown",
          status: res.statusCode,
          durationMs: performance.now() - startedMs,
        });
      });
    }
    next();
  };
