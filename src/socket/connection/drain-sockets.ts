import { setTimeout as pause } from "node:timers/promises";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";

const batches = 10;
const betweenMs = 100;

const isBusy = ({ data }: ChatSocket): boolean => (data.activity?.turns.size() ?? 0) > 0;

/**
 * Moves this node's clients to other nodes, in batches: their pending events are answered first, then they get `resync`
 * and their connection closes, so that they reconnect by themselves. After `socket.disconnect(true)` they would not.
 */
export const drainSockets = async (io: ChatServer, deadlineMs: number): Promise<void> => {
  const deadline = Date.now() + deadlineMs;
  const sockets = [...io.sockets.sockets.values()];
  const share = Math.max(1, Math.ceil(sockets.length / batches));
  while (sockets.length > 0) {
    const batch = sockets.splice(0, share);
    // Only now, so that later batches are served until it is their turn.
    for (const { data } of batch) data.leaving = true;
    while (batch.some(isBusy) && Date.now() < deadline) await pause(10);
    for (const socket of batch) {
      socket.emit("resync", { reason: "node_is_draining" });
      socket.conn.close();
    }
    if (sockets.length > 0 && Date.now() < deadline) await pause(betweenMs);
  }
};
