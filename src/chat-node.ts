import type { Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createByteBudget } from "./caller/byte-budget.ts";
import { createBounds } from "./caller/reads.ts";
import { createVerifyToken } from "./caller/tokens.ts";
import { createActs } from "./chat/acts/create-acts.ts";
import type { ByteBudget, ChatCards, Clock, Health } from "./chat/ports.ts";
import type { Config } from "./config/config.ts";
import { asyncEvents } from "./contract/async-events.ts";
import { createAsyncApi } from "./contract/asyncapi.ts";
import { shapes } from "./contract/rest-shapes.ts";
import { openHttpServer } from "./http/open-http-server.ts";
import type { Logger } from "./process/logger.ts";
import { createNodeMetrics } from "./process/metrics.ts";
import { check, createOpsServer, type OpsAnswer } from "./process/ops-server.ts";
import { createIsAnyReachable } from "./process/reachable.ts";
import { createRestApp } from "./rest/app.ts";
import { createFindCaller } from "./rest/request/identify.ts";
import { openSocketServer } from "./socket/open-socket-server.ts";
import type { Opening } from "./store/make-indexes.ts";
import { openStore, type Store } from "./store/open-store.ts";

export type ChatNode = {
  /** The ports it listens on; others than the wanted ones where those were 0. */
  port: number;
  opsPort: number;
  /** Stops in order, within `deadlineMs`: clients go elsewhere, what was accepted is written. May be called twice. */
  stop: (deadlineMs?: number) => Promise<void>;
};

type Options = { config: Config; logger: Logger; signal: AbortSignal };

const stopDeadlineMs = 20_000;
/** Of messages that are read: an event may ask for a page of a megabyte. */
const readBytesLikeAnEvent = 80 * 1024;

/**
 * One chat node, from top to bottom: the store, the sockets, the acts, REST, and the port for ops, which answers from
 * the first moment. Resolves when it serves; a database that is away at the start is waited for.
 * @throws the signal's reason when it is aborted before that
 */
export const openChatNode = async ({ config, logger, signal }: Options): Promise<ChatNode> => {
  const now = (): Date => new Date();
  const metrics = createNodeMetrics();
  let store: Store | undefined;
  let opening: Opening = { mongodb: false, indexes: false };
  let serving = false;
  const readiness = async (): Promise<OpsAnswer> => {
    const isStoreUp = store === undefined ? opening.mongodb : await store.isUp();
    return {
      ok: serving && isStoreUp,
      checks: { mongodb: check(isStoreUp), indexes: check(opening.indexes), serving: check(serving) },
      ...(opening.detail !== undefined && { details: { indexes: opening.detail } }),
    };
  };
  const ops = await createOpsServer({
    host: config.host,
    port: config.opsPort,
    livez: () => ({ ok: true }),
    // Redis or Kafka away does not take a node out: that would turn a small outage into a whole one.
    readyz: readiness,
    registry: metrics.registry,
  });

  store = await openStore({
    mongodbUri: config.mongodbUri,
    logger,
    signal,
    now,
    onProgress: (progress) => {
      opening = progress;
    },
  });
  const { log, cards } = store;

  const http = openHttpServer({ ...config, logger, counts: metrics.http });
  const httpServer = http.server;
  const bounds = createBounds(readBudget(config.limits.eventsPerS, now));
  const contacts: ChatCards["contacts"] = (userId, limit) =>
    bounds.contacts.run(userId, () => cards.contacts(userId, limit));
  const sockets = await openSocketServer({
    ...config,
    httpServer,
    cards: { contacts },
    log,
    logger,
    counts: metrics.socket,
    onFlooder: http.flooded,
  });
  metrics.watch({ connections: sockets.connections, sendsWaiting: store.waiting, reads: bounds.reads.load });
  const isKafkaUp = createIsAnyReachable(config.kafka);
  metrics.watchDependencies({ mongodb: store.isUp, redis: sockets.isRedisUp, kafka: isKafkaUp });

  const verifyToken = createVerifyToken(config.jwt);
  const acts = createActs({
    log,
    cards,
    broadcast: sockets.broadcast,
    now,
    bounds,
    onCardFailure: (error) => logger.warn({ err: error }, "cards were not written, trying again"),
  });
  sockets.serve({ ...acts, log, verifyToken });

  const rest = createRestApp({
    ...config,
    ...acts,
    verifyToken,
    limits: sockets.rateLimits,
    health: createHealth({ store, isRedisUp: sockets.isRedisUp, isKafkaUp }),
    asyncapi: createAsyncApi(
      asyncEvents({ shapes, requests: sockets.schemas, topics: config.topics, typeAliases: config.bookingTypeAliases }),
    ),
    logger,
    now,
    metrics: metrics.rest,
  });
  http.serve({ rest, findCaller: createFindCaller({ ...config, verifyToken }), isSession: sockets.isSession });
  const port = await listen(httpServer, config.port, config.host);
  serving = true;
  logger.info({ port, opsPort: ops.port }, "the chat node serves");

  const stopAll = async (deadlineMs: number): Promise<void> => {
    serving = false;
    const answered = new Promise((resolve) => httpServer.close(resolve));
    await sockets.drain(deadlineMs / 2);
    await Promise.race([answered, pause(deadlineMs / 8, undefined, { ref: false })]);
    await acts.drain(deadlineMs / 8);
    const closed = sockets.close();
    // It waits for every connection, also for those that never asked anything.
    httpServer.closeAllConnections();
    await closed;
    await store.close(deadlineMs / 4);
    await ops.close();
  };
  let stopping: Promise<void> | undefined;
  return {
    port,
    opsPort: ops.port,
    stop: (deadlineMs = stopDeadlineMs) => (stopping ??= stopAll(deadlineMs)),
  };
};

const listen = async (server: Server, port: number, host: string): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
};

/** Of what users are given to read; undefined where events have no limit. */
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
