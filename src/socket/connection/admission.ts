import type { IncomingHttpHeaders } from "node:http";
import { clientKey } from "../../caller/address-key.ts";
import { bearerToken, type VerifyToken } from "../../caller/tokens.ts";
import { ChatError, toChatError } from "../../chat/errors.ts";
import type { RateLimit } from "../../chat/ports.ts";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";
import { refusalOf } from "../events/handle-events.ts";
import { userRoom } from "../fan-out/rooms.ts";
import type { PresenceNotices } from "../presence/presence-notices.ts";
import { createArrivals, createSocketHolders } from "./arrivals.ts";
import { forgetCredentials } from "./token/forget-credentials.ts";

/**
 * Browsers send the page's origin, and `cors` does not apply to websockets. Other clients send no origin or, like
 * Python's and other libraries, the host that they connect to.
 */
export const isAllowedOrigin = (
  { origin, host }: IncomingHttpHeaders,
  allowed: readonly (string | RegExp)[],
): boolean =>
  origin === undefined ||
  allowed.some((one) => (typeof one === "string" ? one === "*" || one === origin : one.test(origin))) ||
  (host !== undefined && URL.parse(origin)?.host === host);

/** The error that a client gets as `connect_error`, with `data.code`. */
const connectError = (thrown: unknown): Error => {
  const { error } = refusalOf(toChatError(thrown));
  return Object.assign(new Error(error.message), { data: error });
};

type Parts = {
  verifyToken: VerifyToken;
  handshakes: RateLimit;
  presence: PresenceNotices;
  /** 0: no limit. */
  connectionsPerUser: number;
  trustedProxies: number;
  /** Called for each handshake, with `ok` or the error's code. */
  count: (outcome: string) => void;
};

/** The transport of a refused client is closed soon after the client got the reason. */
const closeRefusedAfterMs = 1_000;

/** Called for an admitted socket: returns how many connections its user has with it, and ends the watch below. */
export type Admitted = (socket: ChatSocket) => number;

/**
 * Admits a connection if the address has handshakes left, the token is valid, and the user has connections left. Until
 * `admitted` is called for it, this also handles its end.
 */
export const admitSockets = (io: ChatServer, parts: Parts): Admitted => {
  const arrivals = createArrivals(parts.presence.disconnected);
  const holders = createSocketHolders();

  const count = async (socket: ChatSocket): Promise<number> => {
    try {
      return await parts.presence.count(socket);
    } catch {
      // Redis is away: use this node's own count.
      return (io.sockets.adapter.rooms.get(userRoom(socket.data.userId))?.size ?? 0) + 1;
    }
  };

  const admit = async (socket: ChatSocket): Promise<void> => {
    const { request, auth, headers } = { request: socket.request, ...socket.handshake };
    await parts.handshakes.take(clientKey(request, parts.trustedProxies));
    const { expiresAt, ...identity } = parts.verifyToken(auth["token"] ?? bearerToken(headers.authorization));
    socket.data = { ...identity, expiresAt: expiresAt.getTime() };
    const connections = await count(socket);
    arrivals.add(socket, connections);
    if (parts.connectionsPerUser === 0 || connections <= parts.connectionsPerUser) return;
    throw new ChatError("rate_limited", { text: "Too many connections of this user.", retryAfterMs: 10_000 });
  };

  io.use((socket, next) => {
    // One connection, one socket: five CONNECTs at once would make five. A refusal would look like the first one's answer.
    if (holders.hasSocket(socket.conn)) return;
    holders.arriving(socket.conn);
    const admitted = admit(socket).finally(() => forgetCredentials(socket));
    admitted.then(
      () => next(),
      (thrown: unknown) => {
        holders.refused(socket.conn);
        parts.count(toChatError(thrown).code);
        next(connectError(thrown));
        // The client may have sent a valid token by then.
        setTimeout(() => holders.hasSocket(socket.conn) || socket.conn.close(), closeRefusedAfterMs).unref();
      },
    );
  });
  return (socket) => {
    parts.count("ok");
    holders.admitted(socket);
    return arrivals.take(socket);
  };
};
