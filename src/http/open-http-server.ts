import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Limits } from "../config/config.ts";
import type { Logger } from "../process/logger.ts";
import { createCountRequests, createCountUpgrades, type FindCaller } from "./count-requests.ts";
import { createGuardRequests, type RequestRefusal } from "./guard-requests.ts";
import { type ConnectionRefusal, limitConnections } from "./limit-connections.ts";
import { answerUnreadable, refuseRequest } from "./refuse.ts";

/** The counters of the metrics. */
export type HttpCounts = {
  requestRefused: (why: RequestRefusal) => void;
  connectionRefused: (why: ConnectionRefusal) => void;
};

type Options = { limits: Limits; trustedProxies: number; counts: HttpCounts; logger: Logger };

type Serving = {
  rest: RequestListener;
  findCaller: FindCaller;
  /** Whether Socket.IO knows the session that a request over HTTP belongs to. */
  isSession: (request: IncomingMessage) => boolean;
};

export type HttpServer = {
  server: Server;
  /** Guards the listeners that Socket.IO has attached, and adds REST. Call it once, after Socket.IO was attached. */
  serve: (serving: Serving) => void;
  /** Counts, for its address, a websocket that was ended for flooding. */
  flooded: (request: IncomingMessage) => void;
};

// By default Node checks the first two limits only every 30 s. Load balancers keep idle connections for 60 s.
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
};
/** Longer than Engine.IO lets a poll wait. */
const idleLimitMs = 30_000;
/** Reading a flood until it is ended costs as much as several attempts to connect. */
const attemptsOfAFlood = 5;
const socketPath = "/socket.io/";

const isForSockets = ({ url }: IncomingMessage): boolean => url?.startsWith(socketPath) === true;
// Other upgrades are ignored and the request is answered (RFC 9110, 7.8): Java's own client asks for HTTP/2 each time.
const isSocketUpgrade = (request: IncomingMessage): boolean =>
  isForSockets(request) && request.headers.upgrade?.toLowerCase() === "websocket";

/** Removes the listeners of an event. @returns a function that calls them */
const takeListeners = (server: Server, event: string): ((...args: unknown[]) => void) => {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...args) => {
    for (const listener of listeners) Reflect.apply(listener, server, args);
  };
};

/**
 * The HTTP server that Socket.IO and REST share, with the limits on connections and requests that apply before both.
 */
export const openHttpServer = ({ limits, trustedProxies, counts, logger }: Options): HttpServer => {
  const server = createServer({ ...timeouts, requireHostHeader: false, shouldUpgradeCallback: isSocketUpgrade });
  // A client that sends requests and does not read is disconnected after twice this time. Websockets have their own check.
  server.setTimeout(idleLimitMs);
  const holdPlace = limitConnections(server, {
    perAddress: limits.connectionsPerAddress,
    trustedProxies,
    onRefused: counts.connectionRefused,
  });
  const countUpgrade = createCountUpgrades({ limits, trustedProxies });

  const serve = ({ rest, findCaller, isSession }: Serving): void => {
    const guard = createGuardRequests({
      countRequest: createCountRequests({ limits, trustedProxies, findCaller }),
      countUpgrade,
      holdPlace,
      isSession,
      trustedProxies,
      onRefused: counts.requestRefused,
    });
    const [socketRequest, socketUpgrade] = [takeListeners(server, "request"), takeListeners(server, "upgrade")];
    const answer: RequestListener = (request, response) => {
      if (!isForSockets(request)) return rest(request, response);
      if (request.headers.expect !== undefined) response.writeContinue();
      socketRequest(request, response);
    };
    const guarded: RequestListener = (request, response) =>
      guard.request(request, response, () => answer(request, response));
    server.on("request", guarded);
    // Without a listener Node would ask for the body at once. REST asks for it after it has admitted the request.
    server.on("checkContinue", guarded);
    server.on("checkExpectation", (request, response) =>
      guard.request(request, response, () =>
        refuseRequest(response, "validation_failed", { text: "The only Expect taken is 100-continue.", close: true }),
      ),
    );
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      guard.upgrade(request, socket, () => socketUpgrade(request, socket, head)),
    );
    server.on("clientError", (error, socket) => answerUnreadable(error, socket, guard.isBusy(socket)));
    // For example no free descriptor for a connection; the next one may succeed.
    server.on("error", (error) => logger.warn({ err: error }, "a connection could not be accepted"));
  };
  return { server, serve, flooded: (request) => void countUpgrade(request, attemptsOfAFlood) };
};
