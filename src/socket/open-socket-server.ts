import { randomUUID } from "node:crypto";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server } from "socket.io";
import type { Revocations } from "../caller/revocations.ts";
import type { Broadcast, ChatCards, ChatLog } from "../chat/ports.ts";
import type { Limits } from "../config/config.ts";
import { clientEventSchemas } from "../contract/client-events.ts";
import type { Rules } from "../contract/rules.ts";
import type { Logger } from "../process/logger.ts";
import { openCommandClient, openPublisherClient, openSubscriberClient, type RedisPlace } from "../redis/clients.ts";
import { createPresenceRegister } from "../redis/presence-register.ts";
import { createRateLimits, type RateLimits } from "../redis/rate-limits.ts";
import type { ChatServer, ChatSocket } from "./chat-socket.ts";
import { admitSockets, isAllowedOrigin } from "./connection/admission.ts";
import { drainSockets } from "./connection/drain-sockets.ts";
import { guardConnections } from "./connection/guard-connections.ts";
import { watchPacketSizes } from "./connection/packet-sizes.ts";
import { createServeSocket } from "./connection/serve-socket.ts";
import { watchSlowReaders } from "./connection/slow-readers.ts";
import { endRevokedConnections } from "./connection/token/end-revoked.ts";
import { watchTokenExpiry } from "./connection/token/expiry.ts";
import { writeOnceATurn } from "./connection/write-once-a-turn.ts";
import { createHandlers, type Serving } from "./events/chat-handlers.ts";
import { createEventHandling } from "./events/handle-events.ts";
import { createTyping, type TypingState } from "./events/typing.ts";
import { createBroadcast } from "./fan-out/broadcast.ts";
import { joinNodes } from "./fan-out/redis-fan-out.ts";
import { createResync } from "./fan-out/resync.ts";
import { userRoom } from "./fan-out/rooms.ts";
import { createPresenceNotices, type PresenceNotices } from "./presence/presence-notices.ts";
import { field } from "./untyped-field.ts";

/** What the metrics count. */
export type SocketCounts = {
  /** The events that there are: what is alerted on has its series from the start. */
  begin: (names: string[]) => void;
  event: (name: string, outcome: string) => void;
  publishDropped: () => void;
  strayDropped: () => void;
  slowReaderDropped: () => void;
  flooderDropped: () => void;
};

type Options = {
  httpServer: HttpServer;
  redisUrl: string;
  redisPrefix: string;
  corsOrigins: (string | RegExp)[];
  attachmentHosts: string[];
  socketTransports: ("websocket" | "polling")[];
  trustedProxies: number;
  limits: Limits;
  rules: Rules;
  cards: Pick<ChatCards, "contacts">;
  log: Pick<ChatLog, "heard">;
  logger: Logger;
  counts: SocketCounts;
  /** Called when a connection was ended because it sent far more than its limit, with the request that opened it. */
  onFlooder?: (request: IncomingMessage) => void;
};

export type SocketServer = {
  broadcast: Broadcast;
  rateLimits: RateLimits;
  /** Begins to admit sockets. Before this they wait. */
  serve: (serving: Serving & { revocations: Pick<Revocations, "isRevoked" | "onRevoked"> }) => void;
  /** Whether Redis works; without it the node serves only its own sockets. */
  isRedisUp: () => boolean;
  connections: () => number;
  /** Whether an HTTP request belongs to a polling client. */
  isSession: (request: IncomingMessage) => boolean;
  /** Moves the clients to other nodes, within `deadlineMs`. */
  drain: (deadlineMs: number) => Promise<void>;
  /** Ends what is left. May be called twice. */
  close: () => Promise<void>;
};

// A larger packet ends the connection; a packet of up to this size, and over 64 KB, is answered `payload_too_large`.
const hardLimitBytes = 256 * 1_024;

const attachServer = (options: Options, isDraining: () => boolean): ChatServer =>
  new Server(options.httpServer, {
    transports: options.socketTransports,
    serveClient: false,
    cors: { origin: options.corsOrigins.includes("*") ? "*" : options.corsOrigins },
    allowRequest: (request, answer) => {
      const allowed = !isDraining() && isAllowedOrigin(request.headers, options.corsOrigins);
      answer(allowed ? null : "not allowed", allowed);
    },
    // With compression a connection costs 250 KB instead of 16 KB, for messages of a few hundred bytes.
    perMessageDeflate: false,
    maxHttpBufferSize: hardLimitBytes,
    connectTimeout: 10_000,
  });

const openServer = (options: Options, isDraining: () => boolean): ChatServer => {
  const { limits, counts, onFlooder } = options;
  const io = attachServer(options, isDraining);
  guardConnections(io, {
    eventsPerS: limits.eventsPerS,
    connectionsPerUser: limits.connectionsPerUser,
    onFlooderDropped: ({ request }) => {
      counts.flooderDropped();
      onFlooder?.(request);
    },
  });
  writeOnceATurn(io);
  return io;
};

/** Our three connections to Redis. */
const openClients = (place: RedisPlace, logger: Logger) => ({
  commands: openCommandClient(place, logger),
  publisher: openPublisherClient(place, logger),
  subscriber: openSubscriberClient(place, logger),
});

type Nodes = Awaited<ReturnType<typeof joinNodes>>;

const joinTyping = (io: ChatServer, nodes: Nodes, nodeId: string): TypingState => {
  const typing = createTyping({
    node: nodeId,
    emit: ({ toUserId, ...typist }, isTyping) =>
      // Not volatile: Socket.IO drops a volatile event whenever another packet is on its way to that socket, not only for
      // a slow reader, so people would miss it at random. Slow readers are limited elsewhere.
      void io.local.to(userRoom(toUserId)).emit("user_typing", { ...typist, isTyping }),
    sayToOthers: (word) => void (nodes.keepsToItself() || io.serverSideEmit("typing", word)),
  });
  io.on("typing", typing.hear);
  return typing;
};

const sessionOf = ({ url = "" }: IncomingMessage): string => new URLSearchParams(url.split("?", 2)[1]).get("sid") ?? "";

const isPollingSession = (io: ChatServer, request: IncomingMessage): boolean => {
  const session = request.url?.includes("sid=") ? field(field(io.engine, "clients"), sessionOf(request)) : undefined;
  return field(field(session, "transport"), "name") === "polling";
};

type ServeParts = {
  options: Options;
  rateLimits: RateLimits;
  presence: PresenceNotices;
  typing: TypingState;
  isOversized: (socket: ChatSocket) => boolean;
  isDraining: () => boolean;
};

const createServe =
  (
    io: ChatServer,
    { options, rateLimits, presence, typing, isOversized, isDraining }: ServeParts,
  ): SocketServer["serve"] =>
  ({ acts, log, verifyToken, revocations }) => {
    const { limits, counts, logger } = options;
    const admitted = admitSockets(io, {
      verifyToken,
      handshakes: rateLimits.handshakes,
      presence,
      connectionsPerUser: limits.connectionsPerUser,
      trustedProxies: options.trustedProxies,
      count: (outcome) => counts.event("connect", outcome),
    });
    const schemas = clientEventSchemas(options.attachmentHosts);
    counts.begin(Object.keys(schemas));
    const listen = createEventHandling({
      schemas,
      handlers: createHandlers({ acts, log, verifyToken, sends: rateLimits.sends, presence, typing }),
      logger,
      eventsPerS: limits.eventsPerS,
      isOversized,
      count: counts.event,
    });
    const serveSocket = createServeSocket({
      rules: options.rules,
      listen,
      onGone: (socket) => {
        typing.gone(socket);
        presence.disconnected(socket);
      },
    });
    io.on("connection", (socket) => {
      serveSocket(socket);
      presence.connected(socket, admitted(socket));
      // It was being admitted when the draining began.
      if (isDraining()) socket.conn.close();
    });
    endRevokedConnections(io, revocations);
  };

/**
 * Opens Socket.IO on an HTTP server, connected with the other nodes through Redis. `serve` gets the event handlers later,
 * since they are made with the broadcast.
 */
export const openSocketServer = async (options: Options): Promise<SocketServer> => {
  const { logger, limits, cards, counts } = options;
  let draining = false;
  const isDraining = (): boolean => draining;
  const io = openServer(options, isDraining);
  const place = { url: options.redisUrl, prefix: options.redisPrefix };
  const clients = openClients(place, logger);
  const nodes = await joinNodes({
    io,
    place,
    clients,
    resync: createResync(io),
    counts,
    onMessage: options.log.heard,
    logger,
  });
  const rateLimits = createRateLimits(clients.commands, limits);
  const nodeId = randomUUID();
  const presence = createPresenceNotices({
    io,
    register: createPresenceRegister(clients.commands),
    cards,
    logger,
    nodeId,
  });
  const typing = joinTyping(io, nodes, nodeId);
  // With no other node listening, broadcast locally and skip Redis.
  const broadcast = createBroadcast({ to: (room) => (nodes.keepsToItself() ? io.local : io).to(room) }, typing.over);
  const isOversized = watchPacketSizes(io);
  const watches = [watchSlowReaders(io, counts.slowReaderDropped), watchTokenExpiry(io)];

  const closeAll = async (): Promise<void> => {
    draining = true;
    for (const stop of watches) stop();
    presence.stop();
    await io.close();
    typing.stop();
    await nodes.stop();
    for (const client of Object.values(clients)) client.disconnect();
  };
  let closing: Promise<void> | undefined;

  return {
    broadcast,
    rateLimits,
    serve: createServe(io, { options, rateLimits, presence, typing, isOversized, isDraining }),
    isRedisUp: nodes.isUp,
    connections: () => io.sockets.sockets.size,
    isSession: (request) => isPollingSession(io, request),
    drain: async (deadlineMs) => {
      draining = true;
      await drainSockets(io, deadlineMs);
    },
    close: () => (closing ??= closeAll()),
  };
};
