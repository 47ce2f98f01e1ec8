import type { ChatSocket, Connection } from "../chat-socket.ts";

/** Remembers the socket that each connection has, or is about to have. */
export const createSocketHolders = () => {
  const holders = new WeakMap<Connection, ChatSocket | "arriving">();
  return {
    hasSocket: (conn: Connection): boolean => {
      const holder = holders.get(conn);
      return holder === "arriving" || holder?.connected === true;
    },
    arriving: (conn: Connection): void => void holders.set(conn, "arriving"),
    refused: (conn: Connection): void => void holders.delete(conn),
    admitted: (socket: ChatSocket): void => void holders.set(socket.conn, socket),
  };
};

/**
 * Keeps the sockets that were counted and are not admitted yet. A client may leave before it is admitted: then `onLeft` is
 * called.
 */
export const createArrivals = (onLeft: (socket: ChatSocket) => void) => {
  const arriving = new Map<ChatSocket, { connections: number; onClose: () => void }>();
  return {
    add: (socket: ChatSocket, connections: number): void => {
      const onClose = (): void => {
        arriving.delete(socket);
        onLeft(socket);
      };
      arriving.set(socket, { connections, onClose });
      if (socket.conn.readyState === "open") socket.conn.once("close", onClose);
      else onClose();
    },
    /** Ends the watch over an admitted socket. @returns how many connections its user has with it */
    take: (socket: ChatSocket): number => {
      const arrived = arriving.get(socket);
      arriving.delete(socket);
      if (arrived) socket.conn.off("close", arrived.onClose);
      return arrived?.connections ?? 1;
    },
  };
};
