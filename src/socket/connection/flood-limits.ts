import { bytesOf } from "./packet-sizes.ts";
import { wireBytes } from "./websocket-frames.ts";

/** Before its admission a client only needs to send its token. */
const mostBeforeAdmission = 5;
const largestBeforeAdmission = 64 * 1_024;
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

export type Packet = { data?: unknown };
/** The packets of the second that began at `since`. */
type Second = { packets: number; since: number };
/** The packets of all connections of a user on this node; `bytes` converted to packets. */
export type UsersSecond = { userId: string; packets: Second; bytes: Second };
/**
 * What a connection has sent: before its admission in total, afterwards per second. `user`: the same for all connections
 * of its user. `loose`: bytes that belong to no packet yet.
 */
export type Sent = Second & {
  user: UsersSecond | null;
  loose: number;
  controls: Second;
};

const aSecond = (): Second => ({ packets: 0, since: 0 });

/** Adds packets to the current second. @returns the sum */
const count = (second: Second, packets: number): number => {
  const now = Date.now();
  if (now - second.since >= 1_000) Object.assign(second, { since: now, packets: 0 });
  second.packets += packets;
  return second.packets;
};

export const nothingSent = (): Sent => ({ ...aSecond(), user: null, loose: 0, controls: aSecond() });
export const nothingSentBy = (userId: string): UsersSecond => ({ userId, packets: aSecond(), bytes: aSecond() });

type Limits = {
  /** 0: no limit. */
  eventsPerS: number;
  /** 0: no limit. */
  connectionsPerUser: number;
};

/**
 * Counts what a connection and its user have sent. Each function adds to the counts.
 * @returns functions that return whether a limit is exceeded; `guardConnections` gives the reason for each limit
 */
export const createFloodLimits = ({ eventsPerS, connectionsPerUser }: Limits) => {
  const mostPerS = eventsPerS === 0 ? Infinity : Math.max(eventsPerS * floodTimes, leastFlood);
  const mostOfUserPerS = Math.max(mostPerS, eventsPerS * connectionsPerUser * aboveAllowed);

  return {
    isTooMuch: (sent: Sent, { data }: Packet): boolean => {
      const { user } = sent;
      sent.loose = Math.max(0, sent.loose - wireBytes(data));
      if (user === null) {
        // Packets of every type: a seven-byte pong without a ping costs as much as any other.
        sent.packets += 1;
        return sent.packets > mostBeforeAdmission || bytesOf(data) > largestBeforeAdmission;
      }
      const bytes = bytesOf(data) / bytesLikeAnother;
      const [packets, userBytes] = [count(sent, 1 + bytes), count(user.bytes, bytes)];
      return packets > mostPerS || userBytes > mostPerS;
    },
    /** For a packet that is not too much of its connection. */
    isTooMuchOfUser: (user: UsersSecond): boolean => count(user.packets, 1) > mostOfUserPerS,
    /** Bytes arrived, of a packet or not: a packet's bytes are subtracted when it is complete. */
    isTooLoose: (sent: Sent, bytes: number): boolean => {
      sent.loose += bytes;
      return sent.loose > (sent.user === null ? largestBeforeAdmission : mostLooseBytes);
    },
    isTooManyControls: (sent: Sent, data: Buffer): boolean => {
      sent.loose = Math.max(0, sent.loose - wireBytes(data));
      return count(sent.controls, 1) > mostControlFramesPerS;
    },
  };
};
