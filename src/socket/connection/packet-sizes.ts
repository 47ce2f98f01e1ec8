import type { ChatServer, ChatSocket, Connection } from "../chat-socket.ts";

const largestPacket = 64 * 1_024;

/** The size of a packet's data. */
export const bytesOf = (data: unknown): number => {
  if (typeof data === "string") return data.length;
  return data instanceof Uint8Array ? data.byteLength : 0;
};

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
