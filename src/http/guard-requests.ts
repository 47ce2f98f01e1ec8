import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Counted } from "./count-requests.ts";
import type { HoldPlace } from "./limit-connections.ts";
import { createLineUp } from "./line-up.ts";
import { refuseConnection, refuseRequest, stopReading } from "./refuse.ts";
import { faultOf, targetOf } from "./request-form.ts";

/** Why a request was refused before REST. */
export const requestRefusals = ["malformed", "too_many_ahead", "too_many_a_minute", "too_many_connections"] as const;
export type RequestRefusal = (typeof requestRefusals)[number];

type Parts = {
  countRequest: (request: IncomingMessage) => Counted;
  countUpgrade: (request: IncomingMessage) => Counted;
  holdPlace: HoldPlace;
  /** Whether Socket.IO knows the session of a request; its packets are counted with the socket. */
  isSession: (request: IncomingMessage) => boolean;
  trustedProxies: number;
  onRefused: (why: RequestRefusal) => void;
};

/** How many of a minute's refusals are still answered; after these the connection just ends. */
const mostAnswered = 20;
/** When a client may try again if its address has reached its limit of connections. */
const placeFreeInMs = 10_000;

/**
 * Runs before Express and Socket.IO, for every path. A refusal here costs a tenth of an answer, and a client that
 * continues loses its connection.
 *
 *     form → count → place → turn on the connection → Express or Socket.IO
 *
 * A proxy's connection carries requests of other clients as well, so there each refusal is answered and the connection
 * stays open.
 */
export const createGuardRequests = (parts: Parts) => {
  const { holdPlace, trustedProxies, onRefused } = parts;
  const lineUp = createLineUp(() => onRefused("too_many_ahead"));
  const isShared = trustedProxies > 0;

  const refuseMany = (request: IncomingMessage, response: ServerResponse, { over, retryAfterMs }: Counted): void => {
    onRefused("too_many_a_minute");
    if (isShared)
      return lineUp.take(request.socket, response, () => refuseRequest(response, "rate_limited", { retryAfterMs }));
    stopReading(request.socket);
    if (over > mostAnswered) request.socket.destroy();
    else refuseRequest(response, "rate_limited", { retryAfterMs, close: true });
  };

  return {
    request: (request: IncomingMessage, response: ServerResponse, serve: () => void): void => {
      const { socket } = request;
      if (socket.destroyed) return;
      const fault = faultOf(request);
      if (fault !== null) {
        onRefused("malformed");
        stopReading(socket);
        return refuseRequest(response, "validation_failed", { text: fault, close: true });
      }
      request.url = targetOf(request.url ?? "/");
      const counted = parts.isSession(request) ? null : parts.countRequest(request);
      if (counted !== null && counted.over > 0) return refuseMany(request, response, counted);
      if (!holdPlace(request, response)) {
        onRefused("too_many_connections");
        return refuseRequest(response, "rate_limited", { retryAfterMs: placeFreeInMs });
      }
      lineUp.take(socket, response, serve);
    },

    upgrade: (request: IncomingMessage, socket: Duplex, serve: () => void): void => {
      const fault = faultOf(request);
      const { over, retryAfterMs } = parts.countUpgrade(request);
      const refuse = (why: RequestRefusal, details: { text?: string; retryAfterMs?: number }): void => {
        onRefused(why);
        refuseConnection(socket, why === "malformed" ? "validation_failed" : "rate_limited", details);
      };
      if (fault !== null) return refuse("malformed", { text: fault });
      if (over > 0) return refuse("too_many_a_minute", { retryAfterMs });
      if (!holdPlace(request, socket)) return refuse("too_many_connections", { retryAfterMs: placeFreeInMs });
      serve();
    },

    /** Whether a connection waits for an answer. */
    isBusy: lineUp.isBusy,
  };
};
