import type { ChatCards } from "../../chat/ports.ts";
import type { Presence } from "../../contract/server-events.ts";
import type { Logger } from "../../process/logger.ts";
import { confirmEveryMs, type PresenceRegister } from "../../redis/presence-register.ts";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";

/** How long to wait before a user is reported offline, since a page reload takes a moment. */
const goneAfterMs = 1_000;
/** The most people that are notified; for a user with more chats, the people of the newest ones. */
const mostContacts = 500;

type Parts = {
  io: ChatServer;
  register: PresenceRegister;
  cards: Pick<ChatCards, "contacts">;
  logger: Logger;
  /** Makes a connection's id unique on all nodes. */
  nodeId: string;
};

/**
 * Notifies the people that share a chat with a user when the user's first connection opens and when the last one closes
 * or its node was killed. This is best effort: without Redis nobody is notified, and nothing else is affected.
 */
export const createPresenceNotices = ({ io, register, cards, logger, nodeId }: Parts) => {
  const idOf = (socket: ChatSocket): string => `${nodeId}:${socket.id}`;
  const quietly = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => logger.debug({ err: error }, "presence is not known"));
  };

  const notify = async (presence: Presence): Promise<void> => {
    const contacts = await cards.contacts(presence.userId, mostContacts);
    if (contacts.length > 0) io.to(contacts.map(userRoom)).emit("presence", presence);
  };

  const notifyOnline = (userId: string): Promise<void> => notify({ userId, online: true, lastSeenAt: null });

  const notifyGone = async (userId: string): Promise<void> => {
    const presence = await register.of(userId);
    if (presence.online) return;
    // In this order: if this node is killed in between, another node sends the notification.
    await notify(presence);
    await register.gone(userId);
  };

  /** Renews this node's own connections, and reports users whose connections on a killed node have expired. */
  const confirm = async (): Promise<void> => {
    const connections = [...io.sockets.sockets.values()].map((socket) => ({
      userId: socket.data.userId,
      connectionId: idOf(socket),
    }));
    // If Redis was away for long, other nodes may have reported them gone.
    for (const userId of await register.confirm(connections)) await notifyOnline(userId);
    for (const userId of await register.takeGone()) await notifyGone(userId);
  };
  const confirming = setInterval(() => quietly(confirm()), confirmEveryMs).unref();

  return {
    /** Counts a connection that asks to be admitted. @returns how many its user has with it */
    count: (socket: ChatSocket): Promise<number> => register.add(socket.data.userId, idOf(socket)),
    connected: (socket: ChatSocket, connections: number): void => {
      if (connections === 1) quietly(notifyOnline(socket.data.userId));
    },
    /** Removes a counted connection that is gone. */
    disconnected: (socket: ChatSocket): void => {
      const { userId } = socket.data;
      const removed = async (): Promise<void> => {
        if ((await register.remove(userId, idOf(socket))) > 0) return;
        setTimeout(() => quietly(notifyGone(userId)), goneAfterMs).unref();
      };
      quietly(removed());
    },
    /** Sends a user's presence to one socket. */
    notifySocket: (socket: ChatSocket, userId: string): void =>
      quietly(register.of(userId).then((presence) => socket.emit("presence", presence))),
    stop: (): void => clearInterval(confirming),
  };
};
export type PresenceNotices = ReturnType<typeof createPresenceNotices>;
