import type { IncomingHttpHeaders } from "node:http";
import { clientKey } from "../../caller/address-key.ts";
import { bearerToken, type VerifyToken } from "../../caller/tokens.ts";
import { ChatError, toChatError } from "../../chat/errors.ts";
import type { RateLimit } from "../../chat/ports.ts";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";
import { refusalOf } from "../events/handle-events.ts";
import { userRoom } from "../fan-out/rooms.ts";
import type { PresenceNotices } from "../presence/presence-notices.ts";
import type { Connection } from "./end-connection.ts";
import { forgetCredentials } from "./forget-credentials.ts";

/**
 * Browsers name the page's origin, and `cors` does not hold for websockets. Who is no browser names none, or, as
 * Python's and other libraries do, the very host that is connected to.
 */
export const isAllowedOrigin = ({ origin, host }: IncomingHttpHeaders, allowed: readonly string[]): boolean =>
  origin === undefined ||
  allowed.includes("*") ||
  allowed.includes(origin) ||
  (host !== undefined && URL.parse(origin)?.host === host);

/** The error a client gets as `connect_error`, with `data.code`. */
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
  /** Told of each that was let in (`ok`), or why not: the error's code. */
  count: (outcome: string) => void;
};

/** A refused client has no more to say: its transport ends soon after it has heard why. */
const closeRefusedAfterMs = 1_000;

/** A socket that was let in: how many connections its user had with it, and that it need not be watched any more. */
export type Admitted = (socket: ChatSocket) => number;

/**
 * Lets a connection in: the address has handshakes left, the token is good, the user has connections left. Until
 * `admitted` is called for it, its end is noticed here.
 */
export const admitSockets = (io: ChatServer, parts: Parts): Admitted => {
  const arriving = new Map<ChatSocket, { connections: number; onClose: () => void }>();
  /** Which socket a connection has, or is about to have. */
  const holders = new WeakMap<Connection, ChatSocket | "arriving">();

  const hasSocket = (conn: Connection): boolean => {
    const holder = holders.get(conn);
    return holder === "arriving" || holder?.connected === true;
  };

  const count = async (socket: ChatSocket): Promise<number> => {
    try {
      return await parts.presence.count(socket);
    } catch {
      // Redis is away: this node's own count is what there is.
      return (io.sockets.adapter.rooms.get(userRoom(socket.data.userId))?.size ?? 0) + 1;
    }
  };

  const admit = async (socket: ChatSocket): Promise<void> => {
    const { request, auth, headers } = { request: socket.request, ...socket.handshake };
    await parts.handshakes.take(clientKey(request, parts.trustedProxies));
    const { userId, expiresAt } = parts.verifyToken(auth["token"] ?? bearerToken(headers.authorization));
    socket.data = { userId, expiresAt: expiresAt.getTime() };
    const connections = await count(socket);
    // A client may leave before it is let in.
    const onClose = (): void => {
      arriving.delete(socket);
      parts.presence.disconnected(socket);
    };
    arriving.set(socket, { connections, onClose });
    if (socket.conn.readyState === "open") socket.conn.once("close", onClose);
    else onClose();
    if (parts.connectionsPerUser === 0 || connections <= parts.connectionsPerUser) return;
    throw new ChatError("rate_limited", { text: "Too many connections of this user.", retryAfterMs: 10_000 });
  };

  io.use((socket, next) => {
    // One connection, one socket: five CONNECTs in one go would make five. An answer would be taken for the first one's.
    if (hasSocket(socket.conn)) return;
    holders.set(socket.conn, "arriving");
    const admitted = admit(socket).finally(() => forgetCredentials(socket));
    admitted.then(
      () => next(),
      (thrown: unknown) => {
        holders.delete(socket.conn);
        parts.count(toChatError(thrown).code);
        next(connectError(thrown));
        // It may have come again with a better token by then.
        setTimeout(() => hasSocket(socket.conn) || socket.conn.close(), closeRefusedAfterMs).unref();
      },
    );
  });
  return (socket) => {
    parts.count("ok");
    holders.set(socket.conn, socket);
    const arrived = arriving.get(socket);
    arriving.delete(socket);
    if (arrived) socket.conn.off("close", arrived.onClose);
    return arrived?.connections ?? 1;
  };
};
