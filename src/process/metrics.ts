import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { requestRefusals } from "../http/guard-requests.ts";
import { connectionRefusals } from "../http/limit-connections.ts";
import type { HttpCounts } from "../http/open-http-server.ts";
import type { RestMetrics } from "../rest/request/observe-requests.ts";
import type { SocketCounts } from "../socket/open-socket-server.ts";
import { watchDependencies } from "./dependency-gauge.ts";

/** What a chat node reports about itself at each scrape. */
export type NodeGauges = {
  connections: () => number;
  sendsWaiting: () => number;
  reads: () => { running: number; bytes: number; waiting: number };
  revokedUsers: () => number;
};

/** An alert on an increase does not see the first one of a series that was not there before. */
const alertedOutcomes = ["ok", "unavailable", "internal"];

const socketCounts = (registers: Registry[]): SocketCounts => {
  const events = new Counter({
    name: "chat_socket_events_total",
    help: "Socket events by name and outcome (ok, or the error's code)",
    labelNames: ["event", "outcome"],
    registers,
  });
  const dropped = new Counter({
    name: "chat_broadcasts_dropped_total",
    help: "Broadcasts to other nodes that Redis did not accept",
    registers,
  });
  const strays = new Counter({
    name: "chat_redis_strays_dropped_total",
    help: "Messages on this installation's channels in Redis that none of its processes writes",
    registers,
  });
  const slowReaders = new Counter({
    name: "chat_slow_readers_dropped_total",
    help: "Connections ended because too much output waited for them",
    registers,
  });
  const flooders = new Counter({
    name: "chat_flooders_dropped_total",
    help: "Connections ended because they sent far more than their limit",
    registers,
  });
  return {
    begin: (names) => {
      for (const event of names) for (const outcome of alertedOutcomes) events.inc({ event, outcome }, 0);
    },
    event: (event, outcome) => events.inc({ event, outcome }),
    publishDropped: () => dropped.inc(),
    strayDropped: () => strays.inc(),
    slowReaderDropped: () => slowReaders.inc(),
    flooderDropped: () => flooders.inc(),
  };
};

const httpCounts = (registers: Registry[]): HttpCounts => {
  const refusedRequests = new Counter({
    name: "chat_http_requests_refused_total",
    help: "Requests refused before they reached REST or Socket.IO, by reason",
    labelNames: ["reason"],
    registers,
  });
  const refusedConnections = new Counter({
    name: "chat_connections_refused_total",
    help: "Connections refused because their address (address) or this node (node) has too many",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of requestRefusals) refusedRequests.inc({ reason }, 0);
  for (const reason of connectionRefusals) refusedConnections.inc({ reason }, 0);
  return {
    requestRefused: (reason) => refusedRequests.inc({ reason }),
    connectionRefused: (reason) => refusedConnections.inc({ reason }),
  };
};

const restMetrics = (registers: Registry[]): RestMetrics => {
  const requests = new Histogram({
    name: "chat_http_request_duration_seconds",
    help: "REST requests by method, route and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    requestEnded: ({ method, route, status, durationMs }) =>
      requests.observe({ method, route, status: String(status) }, durationMs / 1_000),
  };
};

/** Exports the gauges; each scrape asks the node. */
const watchNode = (registers: Registry[], { connections, sendsWaiting, reads, revokedUsers }: NodeGauges): void => {
  const gauge = (name: string, help: string, value: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge("chat_connections", "Sockets connected to this node", connections);
  gauge("chat_sends_waiting", "Sends that wait for the database", sendsWaiting);
  gauge("chat_revoked_users", "Users whose older tokens are refused", revokedUsers);
  gauge("chat_reads_running", "Reads of pages and chats under way", () => reads().running);
  gauge("chat_reads_waiting", "Reads of pages and chats that wait for their turn", () => reads().waiting);
  gauge("chat_read_bytes", "Bytes of pages and chats that are being read or not written out yet", () => reads().bytes);
};

/** The metrics of a chat node, on a separate registry. Times are in seconds, as is usual in Prometheus. */
export const createNodeMetrics = () => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    socket: socketCounts(registers),
    http: httpCounts(registers),
    rest: restMetrics(registers),
    watchDependencies: watchDependencies(registry),
    watch: (gauges: NodeGauges): void => watchNode(registers, gauges),
  };
};
