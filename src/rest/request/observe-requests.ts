import type { RequestHandler } from "express";

/** `route` is the pattern (`/:chatId/messages`), never the path: one series per route. `method` is `other` if no route has it. */
export type ObservedRequest = { method: string; route: string; status: number; durationMs: number };
export type RestMetrics = { requestEnded: (request: ObservedRequest) => void };

/** Node's parser accepts some thirty methods, and each would be a series of every route, so methods without a route share one. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Reports each finished request to the metrics. */
export const createObserveRequests =
  ({ metrics }: { metrics?: RestMetrics | undefined }): RequestHandler =>
  (req, res, next) => {
    const startedMs = performance.now();
    if (metrics) {
      res.once("close", () => {
        const route = res.locals["route"];
        metrics.requestEnded({
          method: methods.has(req.method) ? req.method : "other",
          route: typeof route === "string" ? route : "unknown",
          status: res.statusCode,
          durationMs: performance.now() - startedMs,
        });
      });
    }
    next();
  };
