import { LRUCache } from "lru-cache";
import type { ChatServer, ChatSocket, Connection } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";
import { closeWithin, endConnection } from "./end-connection.ts";
import { bytesOf } from "./packet-sizes.ts";
import { watchFrames, wireBytes } from "./websocket-frames.ts";

/** Before its admission a client only needs to send its token. */
const mostBeforeAdmission = 5;
const largestBeforeAdmission = 64 * 1_024;
/** How long it may take for that; and how long it may be without a socket, whatever it sends. */
const silentLimitMs = 5_000;
const withoutSocketLimitMs = 15_000;
/** How long a client may take to answer the close of its websocket; ws would wait for half a minute. */
const closeLimitMs = 5_000;
/** A refusal costs as much as many other answers, so a client does not get refusals forever. */
const floodTimes = 20;
/** With a limit of a few events, a busy page may send twenty times as many at once, and is still answered. */
const leastFlood = 500;
/** A large packet counts as several, so that a client may still send its full number of events with packets of the largest size. */
const bytesLikeAnother = 4 * 1_024;
/** Bytes without a packet: the largest packet in parts, and some more. */
const mostLooseBytes = 272 * 1_024;
/** Pings and pongs of the websocket itself per second. A proxy sends one sometimes, our clients send none. */
const mostControlFramesPerS = 20;
/** All connections of a user may send this many times the events that they may have answered. */
const aboveAllowed = 1.5;
/** How many users are kept; the users that have sent nothing for longest are forgotten. */
const mostKept = 10_000;

type Packet = { data?: unknown };
/** The packets of the second that began at `since`. */
type Second = { packets: number; since: number };
/** The packets of all connections of a user on this node; `bytes` converted to packets. */
type UsersSecond = { userId: string; packets: Second; bytes: Second };
/**
 * What a connection has sent: before its admission in total, afterwards per second. `user`: the same for all connections
 * of its user. `loose`: bytes that belong to no packet yet.
 */
type Sent = Second & {
  user: UsersSecond | null;
  loose: number;
  controls: Second;
  patience: NodeJS.Timeout | undefined;
};

const aSecond = (): Second => ({ packets: 0, since: 0 });

/** Adds packets to the current second. @returns the sum */
const count = (second: Second, packets: number): number => {
  const now = Date.now();
  if (now - second.since >= 1_000) Object.assign(second, { since: now, packets: 0 });
  second.packets += packets;
  return second.packets;
};

type Options = {
  /** 0: no limit. */
  eventsPerS: number;
  /** 0: no limit. */
  connectionsPerUser: number;
  onFlooderDropped: (connection: Connection) => void;
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
  const { eventsPerS, connectionsPerUser, onFlooderDropped } = options;
  const sentBy = new WeakMap<Connection, Sent>();
  const sentByUser = new LRUCache<string, UsersSecond>({ max: mostKept });
  const mostPerS = eventsPerS === 0 ? Infinity : Math.max(eventsPerS * floodTimes, leastFlood);
  const mostOfUserPerS = Math.max(mostPerS, eventsPerS * connectionsPerUser * aboveAllowed);

  const sentOf = (connection: Connection): Sent => {
    const sent = sentBy.get(connection) ?? {
      ...aSecond(),
      user: null,
      loose: 0,
      controls: aSecond(),
      patience: undefined,
    };
    sentBy.set(connection, sent);
    return sent;
  };

  const endFlooder = (connection: Connection): void => {
    if (connection.readyState !== "open") return;
    onFlooderDropped(connection);
    endConnection(connection);
  };

  /** Ends a connection that still has no socket when its time is over; a connection that has sent something has longer. */
  const awaitSocket = (connection: Connection, sent: Sent): void => {
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

  const isTooMuch = (sent: Sent, { data }: Packet): boolean => {
    const { user } = sent;
    if (user === null) {
      // Packets of every type: a seven-byte pong without a ping costs as much as any other.
      sent.packets += 1;
      return sent.packets > mostBeforeAdmission || bytesOf(data) > largestBeforeAdmission;
    }
    const bytes = bytesOf(data) / bytesLikeAnother;
    const [packets, userBytes] = [count(sent, 1 + bytes), count(user.bytes, bytes)];
    return packets > mostPerS || userBytes > mostPerS;
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
    const sent = sentOf(this);
    sent.loose = Math.max(0, sent.loose - wireBytes(packet.data));
    if (isTooMuch(sent, packet)) endFlooder(this);
    else if (sent.user !== null && count(sent.user.packets, 1) > mostOfUserPerS) endAllOf(sent.user);
  }
  function onClose(this: Connection): void {
    clearTimeout(sentOf(this).patience);
  }

  io.engine.on("connection", (connection: Connection) => {
    const sent = sentOf(connection);
    connection.on("packet", onPacket);
    connection.once("close", onClose);
    closeWithin(connection, closeLimitMs);
    watchFrames(connection, {
      onBytes: (bytes) => {
        sent.loose += bytes;
        if (sent.loose > (sent.user === null ? largestBeforeAdmission : mostLooseBytes)) endFlooder(connection);
      },
      onControl: (data) => {
        sent.loose = Math.max(0, sent.loose - wireBytes(data));
        if (count(sent.controls, 1) > mostControlFramesPerS) endFlooder(connection);
      },
    });
    awaitSocket(connection, sent);
  });

  // Socket.IO calls it with the socket as `this`.
  function onDisconnect(this: ChatSocket): void {
    const sent = sentOf(this.conn);
    // A client can disconnect its socket and keep the connection.
    if (this.conn.readyState !== "open") return;
    Object.assign(sent, { user: null, packets: 0 });
    awaitSocket(this.conn, sent);
  }
  io.on("connection", (socket) => {
    const { userId } = socket.data;
    const user = sentByUser.get(userId) ?? { userId, packets: aSecond(), bytes: aSecond() };
    sentByUser.set(userId, user);
    const sent = sentOf(socket.conn);
    sent.user = user;
    clearTimeout(sent.patience);
    socket.on("disconnect", onDisconnect);
  });
};
