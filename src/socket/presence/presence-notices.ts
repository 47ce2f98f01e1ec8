import type { ChatCards } from "../../chat/ports.ts";
import type { Presence } from "../../contract/server-events.ts";
import type { Logger } from "../../process/logger.ts";
import { confirmEveryMs, type PresenceRegister } from "../../redis/presence-register.ts";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";

/** Who reloads a page is not gone: so long is waited before others are told. */
const goneAfterMs = 1_000;
/** The people who are told; of somebody with more chats those of the newest ones. */
const mostContacts = 500;

type Parts = {
  io: ChatServer;
  register: PresenceRegister;
  cards: Pick<ChatCards, "contacts">;
  logger: Logger;
  /** Makes a connection's id unique over all nodes. */
  nodeId: string;
};

/**
 * Tells those who share a chat with a user when the first connection comes and the last one goes, or when the node that
 * had it was killed. All of it is best effort: without Redis nobody is told, and nothing else suffers.
 */
export const createPresenceNotices = ({ io, register, cards, logger, nodeId }: Parts) => {
  const idOf = (socket: ChatSocket): string => `${nodeId}:${socket.id}`;
  const quietly = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => logger.debug({ err: error }, "presence is not known"));
  };

  const tell = async (presence: Presence): Promise<void> => {
    const contacts = await cards.contacts(presence.userId, mostContacts);
    if (contacts.length > 0) io.to(contacts.map(userRoom)).emit("presence", presence);
  };

  const tellHere = (userId: string): Promise<void> => tell({ userId, online: true, lastSeenAt: null });

  const tellGone = async (userId: string): Promise<void> => {
    const presence = await register.of(userId);
    if (presence.online) return;
    // In this order: a node that is killed in between leaves it to another one to tell.
    await tell(presence);
    await register.gone(userId);
  };

  /** Own connections stand; those of a node that was killed do not, and whoever finds that tells of it. */
  const confirm = async (): Promise<void> => {
    const connections = [...io.sockets.sockets.values()].map((socket) => ({
      userId: socket.data.userId,
      connectionId: idOf(socket),
    }));
    // With Redis away for long, others may have taken them for gone.
    for (const userId of await register.confirm(connections)) await tellHere(userId);
    for (const userId of await register.takeGone()) await tellGone(userId);
  };
  const confirming = setInterval(() => quietly(confirm()), confirmEveryMs).unref();

  return {
    /** Counts a connection that asks to be let in. @returns how many its user has with it */
    count: (socket: ChatSocket): Promise<number> => register.add(socket.data.userId, idOf(socket)),
    connected: (socket: ChatSocket, connections: number): void => {
      if (connections === 1) quietly(tellHere(socket.data.userId));
    },
    /** A connection that was counted is gone. */
    disconnected: (socket: ChatSocket): void => {
      const { userId } = socket.data;
      const removed = async (): Promise<void> => {
        if ((await register.remove(userId, idOf(socket))) > 0) return;
        setTimeout(() => quietly(tellGone(userId)), goneAfterMs).unref();
      };
      quietly(removed());
    },
    /** Tells one socket how it stands with a user. */
    tellSocket: (socket: ChatSocket, userId: string): void =>
      quietly(register.of(userId).then((presence) => socket.emit("presence", presence))),
    stop: (): void => clearInterval(confirming),
  };
};
export type PresenceNotices = ReturnType<typeof createPresenceNotices>;
