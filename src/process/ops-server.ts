import { createServer, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";

/**
 * `ok` decides between 200 and 503. The answer also has `checks`, and `details` for those that are down. Neither
 * contains addresses.
 */
export type OpsAnswer = { ok: boolean; checks?: Record<string, "up" | "down">; details?: Record<string, string> };

export type OpsServer = {
  /** The port it listens on; if the wanted port was 0, the one that was assigned. */
  port: number;
  /** Ends at once, together with the requests under way. May be called twice. */
  close(): Promise<void>;
};

type Parts = {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Whether this process is worth keeping: false makes Kubernetes restart it. */
  livez: () => OpsAnswer | Promise<OpsAnswer>;
  /** Whether it should get work. */
  readyz: () => OpsAnswer | Promise<OpsAnswer>;
  registry: Pick<Registry, "metrics" | "contentType">;
};

const answerLimitMs = 2_000;
/** Probes and Prometheus use only a few connections. */
const mostConnections = 100;

/**
 * `/livez`, `/readyz` and `/metrics`, only for ops, on a separate port. A check that throws or takes longer than
 * two seconds is answered 503.
 */
export const createOpsServer = async ({ host, port, livez, readyz, registry }: Parts): Promise<OpsServer> => {
  const answers: Record<string, (response: ServerResponse) => Promise<void>> = {
    "/livez": async (response) => sendCheck(response, await limited(livez)),
    "/readyz": async (response) => sendCheck(response, await limited(readyz)),
    "/metrics": async (response) => {
      send(response, 200, registry.contentType, await registry.metrics());
    },
  };
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (answer === undefined) return send(response, 404, "text/plain", "not found\n");
    if (request.method !== "GET" && request.method !== "HEAD") return send(response, 405, "text/plain", "GET it\n");
    answer(response).catch(() => send(response, 503, "text/plain", "the check failed\n"));
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  // A connection could not be accepted, for example without a free descriptor; the next one may succeed.
  server.on("error", () => undefined);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const limited = async (check: Parts["livez"]): Promise<OpsAnswer> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<OpsAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, checks: { answer: "down" } }), answerLimitMs);
  });
  try {
    return await Promise.race([check(), limit]);
  } finally {
    clearTimeout(timer);
  }
};

const sendCheck = (response: ServerResponse, { ok, ...rest }: OpsAnswer): void => {
  const body = { status: ok ? "ok" : "failing", checks: {}, ...rest };
  send(response, ok ? 200 : 503, "application/json", `${JSON.stringify(body)}\n`);
};

export const check = (isUp: boolean | undefined): "up" | "down" => (isUp === true ? "up" : "down");

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
};
