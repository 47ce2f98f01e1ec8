import type { RequestListener, Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createByteBudget } from "./caller/byte-budget.ts";
import { createBounds } from "./caller/reads.ts";
import { openRevocations, type Revocations, refuseRevoked } from "./caller/revocations.ts";
import { createVerifyToken, type VerifyToken } from "./caller/tokens.ts";
import { type Acts, createActs } from "./chat/acts/create-acts.ts";
import type { ByteBudget, Clock, Health } from "./chat/ports.ts";
import type { Files } from "./chat/upload-ports.ts";
import type { Config } from "./config/config.ts";
import { asyncEvents } from "./contract/documents/async-events.ts";
import { createAsyncApi } from "./contract/documents/asyncapi.ts";
import { createRules, type Rules } from "./contract/rules.ts";
import { createFileStore } from "./files/file-store.ts";
import { type HttpServer, openHttpServer } from "./http/open-http-server.ts";
import type { Logger } from "./process/logger.ts";
import { createNodeMetrics } from "./process/metrics.ts";
import { check, createOpsServer, type OpsAnswer, type OpsServer } from "./process/ops-server.ts";
import { createIsAnyReachable } from "./process/reachable.ts";
import { createRestApp } from "./rest/app.ts";
import { createFindCaller } from "./rest/request/identify.ts";
import type { RestMetrics } from "./rest/request/observe-requests.ts";
import { socketClientFile } from "./socket/client-file.ts";
import { openSocketServer, type SocketCounts, type SocketServer } from "./socket/open-socket-server.ts";
import type { Opening } from "./store/make-indexes.ts";
import { openStore, type Store } from "./store/open-store.ts";

export type ChatNode = {
  /** The ports it listens on; if a wanted port was 0, the one that was assigned. */
  port: number;
  opsPort: number;
  /** Stops in order, within `deadlineMs`: moves clients to other nodes, writes what was accepted. May be called twice. */
  stop: (deadlineMs?: number) => Promise<void>;
};

type Options = { config: Config; logger: Logger; signal: AbortSignal };

const stopDeadlineMs = 20_000;
/** How many bytes of reading count like one event: an event may ask for a page of a megabyte. */
const readBytesLikeAnEvent = 80 * 1024;

/**
 * One chat node, from top to bottom: the port for ops, which answers from the first moment, the store, the sockets, the
 * acts, and REST. Resolves when it serves, and waits for a database that is away at the start.
 * @throws the signal's reason if it is aborted before that
 */
export const openChatNode = async ({ config, logger, signal }: Options): Promise<ChatNode> => {
  const now = (): Date => new Date();
  const { host, limits, trustedProxies } = config;
  const metrics = createNodeMetrics();
  const readiness = createReadiness();
  const ops = await openOps({ config, readiness, metrics });
  const { mongodbUri } = config;
  const store = await openStore({ mongodbUri, logger, signal, now, onProgress: readiness.progressed });
  readiness.opened(store);
  const revocations = await openRevocations({ stored: store.revocations, logger, signal });

  const http = openHttpServer({ limits, trustedProxies, logger, counts: metrics.http });
  const bounds = createBounds(readBudget(limits.eventsPerS, now));
  const rules = createRules(config);
  const sockets = await openSockets({ config, logger, http, store, bounds, rules, counts: metrics.socket });
  const isKafkaUp = createIsAnyReachable(config.kafka);
  const { isRedisUp } = sockets;
  const files = openFiles({ config, logger, now, store });
  watch({ metrics, store, revocations, sockets, bounds, files, isKafkaUp });

  const acts = createActs({
    log: store.log,
    cards: store.cards,
    reports: store.reports,
    userData: store.userData,
    broadcast: sockets.broadcast,
    now,
    windows: config.windows,
    bounds,
    files,
    onCardFailure: (error) => logger.warn({ err: error }, "cards were not written, trying again"),
  });
  const verifyToken = refuseRevoked(createVerifyToken(config.jwt), revocations);
  sockets.serve({ acts, log: store.log, verifyToken, revocations });
  const health = createHealth({ store, isRedisUp, isKafkaUp });
  const { revoke } = revocations;
  const edge = { config, logger, now, acts, sockets, verifyToken, revoke, health, rules, metrics: metrics.rest };
  const rest = createRest(edge);
  const findCaller = createFindCaller({ internalApiKeys: config.internalApiKeys, verifyToken });
  http.serve({ rest, findCaller, isSession: sockets.isSession });
  const port = await listen(http.server, config.port, host);
  readiness.serves(true);
  logger.info({ port, opsPort: ops.port }, "the chat node serves");

  const stopAll = createStop({ readiness, httpServer: http.server, sockets, acts, revocations, store, ops });
  let stopping: Promise<void> | undefined;
  const stop: ChatNode["stop"] = (deadlineMs = stopDeadlineMs) => (stopping ??= stopAll(deadlineMs));
  return { port, opsPort: ops.port, stop };
};

type OpsParts = {
  config: Config;
  readiness: ReturnType<typeof createReadiness>;
  metrics: ReturnType<typeof createNodeMetrics>;
};

const openOps = ({ config, readiness, metrics }: OpsParts): Promise<OpsServer> =>
  createOpsServer({
    host: config.host,
    port: config.opsPort,
    livez: () => ({ ok: true }),
    readyz: readiness.answer,
    registry: metrics.registry,
  });

/** Answers `/readyz`. A node stays ready while Redis or Kafka is away: otherwise a small outage would become a complete one. */
const createReadiness = () => {
  let opening: Opening = { mongodb: false, indexes: false };
  let store: Pick<Store, "isUp"> | undefined;
  let serving = false;
  return {
    progressed: (progress: Opening): void => void (opening = progress),
    opened: (opened: Pick<Store, "isUp">): void => void (store = opened),
    serves: (now: boolean): void => void (serving = now),
    answer: async (): Promise<OpsAnswer> => {
      const isStoreUp = store === undefined ? opening.mongodb : await store.isUp();
      return {
        ok: serving && isStoreUp,
        checks: { mongodb: check(isStoreUp), indexes: check(opening.indexes), serving: check(serving) },
        ...(opening.detail !== undefined && { details: { indexes: opening.detail } }),
      };
    },
  };
};

type FilesParts = { config: Config; logger: Logger; now: Clock; store: Pick<Store, "uploads"> };

/** Null where nobody can upload. */
const openFiles = ({ config: { uploads }, logger, now, store }: FilesParts): Files | null =>
  uploads && {
    uploads: store.uploads,
    store: createFileStore({ store: uploads.store, logger, now }),
    needsScan: uploads.needsScan,
  };

type WatchParts = {
  metrics: ReturnType<typeof createNodeMetrics>;
  store: Store;
  revocations: Pick<Revocations, "size">;
  sockets: SocketServer;
  bounds: ReturnType<typeof createBounds>;
  files: Files | null;
  isKafkaUp: () => Promise<boolean>;
};

/** Exports what the node knows about itself and about what it depends on. */
const watch = ({ metrics, store, revocations, sockets, bounds, files, isKafkaUp }: WatchParts): void => {
  metrics.watch({
    connections: sockets.connections,
    sendsWaiting: store.waiting,
    reads: bounds.reads.load,
    revokedUsers: revocations.size,
  });
  const isFileStoreUp = files && { files: () => files.store.isUp() };
  metrics.watchDependencies({
    mongodb: store.isUp,
    redis: sockets.isRedisUp,
    kafka: isKafkaUp,
    ...isFileStoreUp,
  });
};

type SocketParts = {
  config: Config;
  logger: Logger;
  http: HttpServer;
  store: Store;
  bounds: ReturnType<typeof createBounds>;
  rules: Rules;
  counts: SocketCounts;
};

const openSockets = ({ config, logger, http, store, bounds, rules, counts }: SocketParts): Promise<SocketServer> =>
  openSocketServer({
    httpServer: http.server,
    redisUrl: config.redisUrl,
    redisPrefix: config.redisPrefix,
    corsOrigins: config.corsOrigins,
    attachmentHosts: config.attachmentHosts,
    socketTransports: config.socketTransports,
    trustedProxies: config.trustedProxies,
    limits: config.limits,
    rules,
    cards: { contacts: (userId, limit) => bounds.contacts.run(userId, () => store.cards.contacts(userId, limit)) },
    log: store.log,
    logger,
    counts,
    onFlooder: http.flooded,
  });

type RestParts = {
  config: Config;
  logger: Logger;
  now: Clock;
  acts: Acts;
  sockets: SocketServer;
  verifyToken: VerifyToken;
  revoke: Revocations["revoke"];
  health: () => Promise<Health>;
  rules: Rules;
  metrics: RestMetrics;
};

const createRest = ({
  config,
  logger,
  now,
  acts,
  sockets,
  verifyToken,
  revoke,
  health,
  rules,
  metrics,
}: RestParts): RequestListener => {
  const { topics, bookingTypeAliases: typeAliases } = config;
  return createRestApp({
    verifyToken,
    internalApiKeys: config.internalApiKeys,
    corsOrigins: config.corsOrigins,
    attachmentHosts: config.attachmentHosts,
    trustedProxies: config.trustedProxies,
    limits: sockets.rateLimits,
    acts,
    mostUploadBytes: config.uploads?.maxBytes,
    revoke,
    health,
    rules,
    asyncapi: createAsyncApi(asyncEvents({ attachmentHosts: config.attachmentHosts, topics, typeAliases })),
    socketClientFile,
    logger,
    now,
    metrics,
  });
};

type StopParts = {
  readiness: ReturnType<typeof createReadiness>;
  httpServer: Server;
  sockets: SocketServer;
  acts: Pick<Acts, "drain">;
  revocations: Pick<Revocations, "stop">;
  store: Store;
  ops: OpsServer;
};

const createStop =
  ({ readiness, httpServer, sockets, acts, revocations, store, ops }: StopParts) =>
  async (deadlineMs: number): Promise<void> => {
    readiness.serves(false);
    const answered = new Promise((resolve) => httpServer.close(resolve));
    await sockets.drain(deadlineMs / 2);
    await Promise.race([answered, pause(deadlineMs / 8, undefined, { ref: false })]);
    await acts.drain(deadlineMs / 8);
    const closed = sockets.close();
    // `httpServer.close` waits for every connection, even one that has sent no request.
    httpServer.closeAllConnections();
    await closed;
    revocations.stop();
    await store.close(deadlineMs / 4);
    await ops.close();
  };

const listen = async (server: Server, port: number, host: string): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
};

/** The bytes that users may read; undefined if events have no limit. */
const readBudget = (eventsPerS: number, now: Clock): ByteBudget | undefined => {
  const perS = eventsPerS * readBytesLikeAnEvent;
  return perS === 0 ? undefined : createByteBudget({ perS, burst: 4 * perS, now });
};

type HealthParts = { store: Pick<Store, "isUp">; isRedisUp: () => boolean; isKafkaUp: () => Promise<boolean> };

const createHealth =
  ({ store, isRedisUp, isKafkaUp }: HealthParts): (() => Promise<Health>) =>
  async () => {
    const [mongodb, kafka] = await Promise.all([store.isUp(), isKafkaUp()]);
    const redis = isRedisUp();
    const working = redis && kafka ? "ok" : "degraded";
    return {
      status: mongodb ? working : "unavailable",
      checks: { mongodb: check(mongodb), redis: check(redis), kafka: check(kafka) },
    };
  };
