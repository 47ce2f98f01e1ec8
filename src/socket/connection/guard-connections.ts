import { LRUCache } from "lru-cache";
import type { ChatServer, ChatSocket, Connection } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";
import { closeWithin, endConnection } from "./end-connection.ts";
import {
  createFloodLimits,
  nothingSent,
  nothingSentBy,
  type Packet,
  type Sent,
  type UsersSecond,
} from "./flood-limits.ts";
import { watchFrames } from "./websocket-frames.ts";

/** How long a client may take to send its token; and how long it may be without a socket, whatever it sends. */
const silentLimitMs = 5_000;
const withoutSocketLimitMs = 15_000;
/** How long a client may take to answer the close of its websocket; ws would wait for half a minute. */
const closeLimitMs = 5_000;
/** How many users are kept; the users that have sent nothing for longest are forgotten. */
const mostKept = 10_000;

/** What a connection has sent, and the timer that ends it unless it gets a socket. */
type Guarded = Sent & { patience: NodeJS.Timeout | undefined };

type Options = {
  /** 0: no limit. */
  eventsPerS: number;
  /** 0: no limit. */
  connectionsPerUser: number;
  onFlooderDropped: (connection: Connection) => void;
};

/** Ends a connection that still has no socket when its time is over; a connection that has sent something has longer. */
const awaitSocket = (connection: Connection, sent: Guarded): void => {
  const end = (): void => {
    if (sent.user === null) endConnection(connection);
  };
  const look = (): void => {
    if (sent.packets === 0) return end();
    sent.patience = setTimeout(end, withoutSocketLimitMs - silentLimitMs).unref();
  };
  clearTimeout(sent.patience);
  sent.patience = setTimeout(look, silentLimitMs).unref();
};

/** What connections have sent, and what users have sent over all their connections to this node. */
const createSentCounts = () => {
  const byConnection = new WeakMap<Connection, Guarded>();
  const byUser = new LRUCache<string, UsersSecond>({ max: mostKept });
  return {
    of: (connection: Connection): Guarded => {
      const sent = byConnection.get(connection) ?? { ...nothingSent(), patience: undefined };
      byConnection.set(connection, sent);
      return sent;
    },
    ofUser: (userId: string): UsersSecond => {
      const user = byUser.get(userId) ?? nothingSentBy(userId);
      byUser.set(userId, user);
      return user;
    },
  };
};

/**
 * Ends connections that send more than any real client, even if nothing listens to it. The limits:
 * - Before the token: Socket.IO makes a socket for every CONNECT and an answer for every unknown namespace. Five
 *   connections without a token that read nothing filled a gigabyte in ten seconds. A connection that sends nothing is
 *   terminated after five seconds: a graceful close would wait for its answer and keep the descriptor.
 * - Packets of a connection: twenty times its limit per second, and at least 500. Five connections that continued after
 *   every refusal kept a node so busy that others waited fifteen seconds for an ack.
 * - Bytes of a user: as many from all connections together as from one. Packets are decoded before they can be refused,
 *   and twenty connections that each sent 60 KB fifty times a second made others wait for six seconds.
 * - Packets of a user: as many from all connections together as from one, or one and a half times as many as all of them
 *   may have answered. Twenty connections, each below its own limit, made others wait for six seconds. All of the user's
 *   connections end then, since each would continue what the others began.
 * - Frames without a packet: pings, pongs, and empty parts of a message that never ends.
 */
export const guardConnections = (io: ChatServer, options: Options): void => {
  const counts = createSentCounts();
  const limits = createFloodLimits(options);

  const endFlooder = (connection: Connection): void => {
    if (connection.readyState !== "open") return;
    options.onFlooderDropped(connection);
    endConnection(connection);
  };

  const endAllOf = ({ userId }: UsersSecond): void => {
    // Each ended connection leaves the set, which is allowed during an iteration over it.
    for (const id of io.sockets.adapter.rooms.get(userRoom(userId)) ?? []) {
      const socket = io.sockets.sockets.get(id);
      if (socket) endFlooder(socket.conn);
    }
  };

  // One listener for all connections; Node calls it with the connection as `this`.
  function onPacket(this: Connection, packet: Packet): void {
    const sent = counts.of(this);
    if (limits.isTooMuch(sent, packet)) endFlooder(this);
    else if (sent.user !== null && limits.isTooMuchOfUser(sent.user)) endAllOf(sent.user);
  }
  function onClose(this: Connection): void {
    clearTimeout(counts.of(this).patience);
  }
  // Socket.IO calls it with the socket as `this`.
  function onDisconnect(this: ChatSocket): void {
    // A client can disconnect its socket and keep the connection.
    if (this.conn.readyState !== "open") return;
    const sent = Object.assign(counts.of(this.conn), { user: null, packets: 0 });
    awaitSocket(this.conn, sent);
  }

  io.engine.on("connection", (connection: Connection) => {
    const sent = counts.of(connection);
    connection.on("packet", onPacket);
    connection.once("close", onClose);
    closeWithin(connection, closeLimitMs);
    watchFrames(connection, {
      onBytes: (bytes) => void (limits.isTooLoose(sent, bytes) && endFlooder(connection)),
      onControl: (data) => void (limits.isTooManyControls(sent, data) && endFlooder(connection)),
    });
    awaitSocket(connection, sent);
  });
  io.on("connection", (socket) => {
    const sent = counts.of(socket.conn);
    sent.user = counts.ofUser(socket.data.userId);
    clearTimeout(sent.patience);
    socket.on("disconnect", onDisconnect);
  });
};
