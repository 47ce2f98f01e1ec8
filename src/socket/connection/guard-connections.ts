import { LRUCache } from "lru-cache";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";
import { bytesOf, type Connection, closeWithin, endConnection } from "./end-connection.ts";
import { watchFrames, wireBytes } from "./websocket-frames.ts";

/** Before it is let in a client has one thing to say: its token. */
const mostBeforeAdmission = 5;
const largestBeforeAdmission = 64 * 1_024;
/** How long it may take over that, and be without a socket at all, whatever it says. */
const silentLimitMs = 5_000;
const withoutSocketLimitMs = 15_000;
/** How long a client may take over answering that its websocket closes; ws would wait for half a minute. */
const closeLimitMs = 5_000;
/** An answer that says "too many" costs as much as many another one, so they are not given for ever. */
const floodTimes = 20;
/** Of a limit of a few events twenty times is still what a busy page sends at once, and is answered. */
const leastFlood = 500;
/** A large packet counts as several: of the largest that is taken an honest client may send all that it may send. */
const bytesLikeAnother = 4 * 1_024;
/** Bytes that became no packet: a part of the largest one, and then some. */
const mostLooseBytes = 272 * 1_024;
/** Pings and pongs of the websocket itself in a second. A proxy sends one now and then, our clients none. */
const mostControlFramesPerS = 20;
/** Of all events that a user's connections may have answered, how many times as many may come from them. */
const aboveAllowed = 1.5;
/** Of users; who is forgotten has sent nothing for long. */
const mostKept = 10_000;

type Packet = { data?: unknown };
/** What was sent in the second that began at `since`. */
type Second = { packets: number; since: number };
/** What all connections of a user on this node have sent; `bytes` as packets. */
type UsersSecond = { userId: string; packets: Second; bytes: Second };
/**
 * What a connection has sent: since it came until it is let in, then in a second. `user`: all connections of its user.
 * `loose`: bytes that are of no packet yet.
 */
type Sent = Second & {
  user: UsersSecond | null;
  loose: number;
  controls: Second;
  patience: NodeJS.Timeout | undefined;
};

const aSecond = (): Second => ({ packets: 0, since: 0 });

/** Counts more packets into the present second; how many that makes. */
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
 * Ends connections that send what no client does, whether somebody listens to it or not.
 * - Without a token: Socket.IO makes a socket of every CONNECT and an answer to every unknown namespace. Five connections
 *   that never showed one and read nothing filled a gigabyte in ten seconds. One that says nothing at all is ended after
 *   five seconds: a polite close would wait for its answer, and keep the descriptor.
 * - Twenty times what a connection may send in a second, and 500 at least: five that went on in spite of every refusal
 *   kept a node so busy that others waited fifteen seconds for an ack.
 * - As many bytes from all connections of a user as one of them may send: packets are decoded before anything is
 *   refused, and twenty connections that sent 60 KB fifty times a second each had others wait for six seconds.
 * - As many packets from all connections of a user as one of them may send, or half as many again as all of them may have
 *   answered: twenty connections that each stayed below its own bound had others wait for six seconds. Then all of the
 *   user's connections end, since each goes on with what the others began.
 * - Frames that carry no packet: pings, pongs, and empty parts of a message that never ends.
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

  /** Ends a connection that still has no socket when its time is over; one that has said something has longer. */
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
      // Of every type: seven bytes that answer a ping nobody sent cost as much as any.
      sent.packets += 1;
      return sent.packets > mostBeforeAdmission || bytesOf(data) > largestBeforeAdmission;
    }
    const bytes = bytesOf(data) / bytesLikeAnother;
    const [packets, userBytes] = [count(sent, 1 + bytes), count(user.bytes, bytes)];
    return packets > mostPerS || userBytes > mostPerS;
  };

  const endAllOf = ({ userId }: UsersSecond): void => {
    // Each one that ends leaves the room, which a set that is being walked through allows.
    for (const id of io.sockets.adapter.rooms.get(userRoom(userId)) ?? []) {
      const socket = io.sockets.sockets.get(id);
      if (socket) endFlooder(socket.conn);
    }
  };

  // One listener for all connections, which Node calls with the connection as `this`.
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
    // A client can take leave of its socket and keep the connection.
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
