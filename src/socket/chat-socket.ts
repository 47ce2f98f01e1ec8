import type { Server, Socket } from "socket.io";
import type { ClientToServerEvents } from "../contract/client-events.ts";
import type { ServerToClientEvents } from "../contract/server-events.ts";
import type { Activity } from "./events/activity.ts";
import type { InterServerEvents } from "./fan-out/inter-server-events.ts";

/** Our data of a socket: little, since most connections are idle. */
export type SocketData = {
  userId: string;
  /** When its token ends, in milliseconds of the epoch. */
  expiresAt: number;
  /** When its token was issued, in seconds of the epoch; null if the token does not say. */
  issuedAtS: number | null;
  /** It was notified that its token expires. */
  expiryNotified?: boolean;
  /** Its node is draining it: what it sends now is refused. */
  leaving?: boolean;
  /** From its first event on. */
  activity?: Activity;
};

export type ChatServer = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
export type ChatSocket = Socket<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;

/** A client's connection, admitted or not. */
export type Connection = ChatSocket["conn"];
