import { setTimeout as pause } from "node:timers/promises";
import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { type History, now, snapshotOf } from "./history.ts";
import type { Room } from "./room.ts";
import type { Answer } from "./session.ts";

type Parts = {
  client: number;
  ask: (event: string, payload: unknown) => Promise<Answer>;
  hear: (message: Message) => void;
  /** The number of the connection there is; 0: none. */
  connection: () => number;
  history: History;
};

const againMs = 250;

/**
 * Joins a chat with what is held, page by page, until there is no more; again while it fails and there is a connection.
 * Asked while it is under way, it goes round once more.
 */
export const createCatchUp = ({ client, ask, hear, connection, history }: Parts) => {
  const joinOnce = async (chatId: string, room: Room): Promise<"whole" | "more" | "failed"> => {
    const [start, afterSeq] = [now(), room.log.whole()];
    const answer = await ask("join_chat", { chatId, afterSeq, limit: 100 });
    if (answer?.["ok"] !== true) return "failed";
    const { messages: page, hasMore, chat } = answer as { messages: Message[]; hasMore: boolean; chat: Chat };
    for (const message of page) hear(message);
    const seqs = page.map(({ seq }) => seq);
    history.pages.push({ client, chatId, start, end: now(), afterSeq, seqs, hasMore });
    history.snapshots.push(snapshotOf(client, chat, { asked: true, start }));
    return hasMore ? "more" : "whole";
  };

  return async (chatId: string, room: Room): Promise<void> => {
    room.again = true;
    if (room.joining || room.away) return;
    room.joining = true;
    while (room.again && connection() > 0) {
      room.again = false;
      const over = connection();
      const outcome = await joinOnce(chatId, room);
      if (outcome === "whole") room.joinedBy = over;
      else room.again = true;
      if (outcome === "failed") await pause(againMs);
    }
    room.joining = false;
  };
};
