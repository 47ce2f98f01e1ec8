import { LRUCache } from "lru-cache";
import type { ChatServer } from "./chat-socket.ts";
import { bytesOf, type Connection, endConnection } from "./end-connection.ts";

/** Before it is let in a client has one thing to say: its token. */
const mostBeforeAdmission = 5;
const largestBeforeAdmission = 64 * 1_024;
/** An answer that says "too many" costs as much as many another one, so they are not given for ever. */
const floodTimes = 20;
/** Of a limit of a few events twenty times is still what a busy page sends at once, and is answered. */
const leastFlood = 500;
/** A large packet counts as several: of the largest that is taken an honest client may send all that it may send. */
const bytesLikeAnother = 4 * 1_024;
/** Of users; who is forgotten has sent nothing for long. */
const mostKept = 10_000;

type Packet = { data?: unknown };
/** What was sent in the second that began at `since`. */
type Second = { packets: number; since: number };
/** What a connection has sent: since it came until it is let in, then in a second. `user`: all connections of its user. */
type Sent = Second & { user: Second | null };

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
  onFlooderDropped: () => void;
};

/**
 * Ends connections that send what no client does, whether somebody listens to it or not.
 * - Without a token: Socket.IO makes a socket of every CONNECT and an answer to every unknown namespace. Five connections
 *   that never showed one and read nothing filled a gigabyte in ten seconds.
 * - Twenty times what a connection may send in a second, and 500 at least: five that went on in spite of every refusal
 *   kept a node so busy that others waited fifteen seconds for an ack.
 * - As many bytes from all connections of a user as one of them may send: packets are decoded before anything is
 *   refused, and twenty connections that sent 60 KB fifty times a second each had others wait for six seconds.
 */
export const guardConnections = (io: ChatServer, { eventsPerS, onFlooderDropped }: Options): void => {
  const sentBy = new WeakMap<Connection, Sent>();
  const sentByUser = new LRUCache<string, Second>({ max: mostKept });
  const mostPerS = eventsPerS === 0 ? Infinity : Math.max(eventsPerS * floodTimes, leastFlood);

  const sentOf = (connection: Connection): Sent => {
    const sent = sentBy.get(connection) ?? { packets: 0, since: 0, user: null };
    sentBy.set(connection, sent);
    return sent;
  };

  const isTooMuch = (sent: Sent, { data }: Packet): boolean => {
    const { user } = sent;
    if (user === null) {
      // Of every type: seven bytes that answer a ping nobody sent cost as much as any.
      sent.packets += 1;
      return sent.packets > mostBeforeAdmission || bytesOf(data) > largestBeforeAdmission;
    }
    const bytes = bytesOf(data) / bytesLikeAnother;
    return count(sent, 1 + bytes) > mostPerS || count(user, bytes) > mostPerS;
  };

  // One listener for all connections, which Node calls with the connection as `this`.
  function onPacket(this: Connection, packet: Packet): void {
    if (!isTooMuch(sentOf(this), packet)) return;
    onFlooderDropped();
    endConnection(this);
  }
  io.engine.on("connection", (connection: Connection) => connection.on("packet", onPacket));
  io.on("connection", ({ conn, data: { userId } }) => {
    const user = sentByUser.get(userId) ?? { packets: 0, since: 0 };
    sentByUser.set(userId, user);
    sentOf(conn).user = user;
  });
};
