import type { ChatServer, ChatSocket } from "../chat-socket.ts";
import type { Connection } from "./end-connection.ts";

const largestPacket = 64 * 1_024;

/**
 * Notes whether a connection's last packet was too large: the engine emits the packet before its event is decoded.
 * @returns whether a socket's last packet was too large
 */
export const watchPacketSizes = (io: ChatServer): ((socket: ChatSocket) => boolean) => {
  const oversized = new WeakSet<Connection>();
  // One listener for all connections; Node calls it with the connection as `this`.
  function onPacket(this: Connection, { data }: { data?: unknown }): void {
    if (typeof data === "string" && data.length > largestPacket) oversized.add(this);
    else oversized.delete(this);
  }
  io.engine.on("connection", (connection: Connection) => connection.on("packet", onPacket));
  return ({ conn }) => oversized.has(conn);
};
