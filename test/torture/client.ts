import { setTimeout as pause } from "node:timers/promises";
import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { codeOf, outcomeOf } from "./answers.ts";
import { createCatchUp } from "./catch-up.ts";
import {
  type Attempt,
  type ChangeCall,
  type History,
  heardBy,
  type MarkKind,
  now,
  type Send,
  snapshotOf,
} from "./history.ts";
import { ownAcked } from "./own-acked.ts";
import { getInbox, postMessage } from "./rest-client.ts";
import { createRoom, describeRoom, isSettled, type Room } from "./room.ts";
import { type Answer, type Listener, openSession, type Session } from "./session.ts";

/** One device of a person, which keeps DESIGN's rules of "Live and catching up". */
export type Client = {
  index: number;
  userId: string;
  chatIds: () => string[];
  /** Joins a chat now and after every reconnect. */
  watch: (chatId: string) => void;
  send: (chatId: string, message: { content: string; keyed: boolean; by: "socket" | "rest" }) => void;
  /** Edits, or with an empty text deletes, an own acked message of a chat; `back`: how many of those are newer. */
  change: (chatId: string, change: { content: string; back: number; nth: number }) => void;
  /** How many messages of a chat wait for their ack. */
  unsent: (chatId: string) => number;
  markRead: (chatId: string) => void;
  /** Leaves a chat and joins it again a second later. */
  leave: (chatId: string) => void;
  typing: (chatId: string) => void;
  reconnect: () => void;
  /** Connected, everything acked, and every chat joined. */
  isSettled: () => boolean;
  /** Why it is not, for a person. */
  state: () => string;
  /** The last seq of those that it has from the beginning, or from the first that it shows, without a hole. */
  whole: (chatId: string) => number;
  /** At the end: notes what it holds of each chat. */
  lookBack: () => Promise<void>;
  stop: () => Promise<void>;
};

type Options = {
  index: number;
  userId: string;
  urls: string[];
  /** Sends several messages without waiting for their acks. */
  eager: boolean;
  /** Takes a hint that DESIGN does not name and docs/frontend.md does: a `chat_updated` with a seq beyond what is held. */
  hinted: boolean;
  history: History;
};

const holeWaitMs = 150;
const markEveryMs = 700;
const changeAgainMs = 300;

/** `rate_limited` is an answer to a join as well: where the machine is busy, a user's pages wait too long for their turn. */
const expected: ReadonlySet<string> = new Set(["unavailable", "chat_not_active"]);
const expectedOfChanges: ReadonlySet<string> = new Set([...expected, "message_deleted"]);

export const createClient = ({ index, userId, urls, eager, hinted, history }: Options): Client => {
  const rooms = new Map<string, Room>();
  const ending = new AbortController();
  const isOver = (): boolean => ending.signal.aborted;
  let session: Session | null = null;
  let connections = 0;
  let messages = 0;
  let changing = 0;
  const connection = (): number => session?.number ?? 0;

  const roomOf = (chatId: string): Room => {
    const room = rooms.get(chatId) ?? createRoom({ eager, isOver });
    rooms.set(chatId, room);
    return room;
  };

  const hear = (message: Message): void => {
    history.heard.push(heardBy(index, message));
    roomOf(message.chatId).log.add(message);
  };

  const ask = async (event: string, payload: unknown): Promise<Answer> => {
    const answer = (await session?.ask(event, payload)) ?? null;
    const code = codeOf(answer);
    const known = event === "edit_message" || event === "delete_message" ? expectedOfChanges : expected;
    if (code !== null && !known.has(code) && !(event === "join_chat" && code === "rate_limited")) {
      history.surprises.push({ client: index, at: now(), text: `${event} was answered with ${code}` });
    }
    return answer;
  };

  const catchUp = createCatchUp({ client: index, ask, hear, connection, history });
  const join = (chatId: string): void => void catchUp(chatId, roomOf(chatId));

  const catchUpAll = (): void => {
    for (const chatId of rooms.keys()) join(chatId);
    void lookAtInbox(connection());
  };

  /** Finds chats that were made while nobody could tell. */
  const lookAtInbox = async (over: number): Promise<void> => {
    for (let tries = 1; !isOver() && connection() === over; tries += 1) {
      const chatIds = await getInbox(urls[tries % urls.length] ?? "", userId);
      if (chatIds !== null) return chatIds.filter((id) => !rooms.has(id)).forEach(join);
      await pause(500);
    }
  };

  const mark = async (kind: MarkKind, chatId: string): Promise<void> => {
    const [start, asked] = [now(), roomOf(chatId).log.whole()];
    const answer = await ask(`mark_${kind}`, { chatId, seq: asked });
    if (answer?.["ok"] !== true) return;
    const { seq } = answer[kind] as { seq: number };
    history.marks.push({ client: index, kind, chatId, userId, asked, start, end: now(), seq });
  };

  const markDelivered = (chatId: string, room: Room): void => {
    if (room.away || now() - room.marked < markEveryMs) return;
    room.marked = now();
    void mark("delivered", chatId);
  };

  /** Events of two nodes may come out of order, so a hole has a moment to close by itself. */
  const joinUnless = (isWhole: () => boolean, chatId: string): void => {
    if (!isWhole()) setTimeout(() => isWhole() || join(chatId), holeWaitMs);
  };

  const listener: Listener = {
    message: (message) => {
      hear(message);
      const room = roomOf(message.chatId);
      joinUnless(() => !room.log.hasHole(), message.chatId);
      markDelivered(message.chatId, room);
    },
    receipt: (kind, { chatId, userId: whose, seq }) =>
      history.receipts.push({ client: index, kind, at: now(), chatId, userId: whose, seq }),
    chat: (chat: Chat) => {
      history.snapshots.push(snapshotOf(index, chat, { asked: false, start: now() }));
      if (!rooms.has(chat.id)) join(chat.id);
      else if (hinted) joinUnless(() => roomOf(chat.id).log.whole() >= chat.lastSeq, chat.id);
    },
    resync: catchUpAll,
  };

  const live = async (): Promise<void> => {
    for (let tries = index; !isOver(); tries += 1) {
      connections += 1;
      session = await openSession(urls[tries % urls.length] ?? "", userId, connections, listener);
      if (session === null) {
        await pause(150 + 100 * (index % 5));
        continue;
      }
      if (isOver()) session.end();
      catchUpAll();
      await session.ended;
      session = null;
    }
  };

  /** Again until it is answered for good, as a person's device does; or given up when it is over. */
  const change = async (call: ChangeCall, key: string): Promise<void> => {
    const { chatId, seq, content } = call;
    const payload = content === "" ? { chatId, seq } : { chatId, seq, content, clientMessageId: key };
    while (!isOver()) {
      const answer = connection() === 0 ? null : await ask(content === "" ? "delete_message" : "edit_message", payload);
      if (answer?.["ok"] === true) return void (call.outcome = "acked");
      const code = codeOf(answer);
      if (code !== null && code !== "unavailable") return void (call.outcome = "refused");
      await pause(changeAgainMs);
    }
  };

  const attemptOver = {
    socket: async ({ chatId, content, clientMessageId }: Send): Promise<Attempt | null> => {
      const [start, over] = [now(), connection()];
      if (over === 0) return null;
      const payload = { chatId, type: "text", content, ...(clientMessageId !== null && { clientMessageId }) };
      return { connection: over, start, ...outcomeOf(await ask("send_message", payload)), end: now() };
    },
    rest: async (send: Send): Promise<Attempt> => {
      const start = now();
      const url = urls[Math.floor(start) % urls.length] ?? "";
      return { connection: -1, start, ...outcomeOf(await postMessage(url, send)), end: now() };
    },
  };

  const living = live();
  return {
    index,
    userId,
    chatIds: () => [...rooms.keys()],
    watch: join,
    send: (chatId, { content, keyed, by }) => {
      messages += 1;
      const clientMessageId = keyed ? `${index}-${messages}` : null;
      const send: Send = { client: index, userId, chatId, clientMessageId, content, attempts: [] };
      history.sends.push(send);
      roomOf(chatId).outbox.add(send, attemptOver[by]);
    },
    change: (chatId, { content, back, nth }) => {
      const seq = ownAcked(history, { userId, chatId, back });
      if (seq === undefined) return;
      const call: ChangeCall = { client: index, userId, chatId, seq, content, outcome: "lost" };
      history.changes.push(call);
      changing += 1;
      void change(call, `${index}-change-${nth}`).finally(() => (changing -= 1));
    },
    unsent: (chatId) => roomOf(chatId).outbox.size(),
    markRead: (chatId) => void mark("read", chatId),
    leave: (chatId) => {
      const room = roomOf(chatId);
      if (room.away) return;
      room.away = true;
      void ask("leave_chat", { chatId })
        .then(() => pause(1_000))
        .then(() => {
          room.away = false;
          return join(chatId);
        });
    },
    typing: (chatId) => void ask("typing", { chatId, isTyping: true }),
    reconnect: () => session?.end(),
    isSettled: () =>
      session !== null && changing === 0 && [...rooms.values()].every((room) => isSettled(room, connection())),
    state: () => {
      const open = [...rooms].filter(([, room]) => !isSettled(room, connection()));
      const told = open.map(([id, room]) => `${id} ${describeRoom(room)}`).join(", ");
      return `client ${index} of ${userId}, connection ${connection()}: ${told}`;
    },
    whole: (chatId) => roomOf(chatId).log.whole(),
    lookBack: async () => {
      for (const [chatId, { log }] of rooms) {
        history.held.push({ client: index, chatId, ids: log.ids(), shown: log.shown() });
      }
    },
    stop: async () => {
      ending.abort();
      session?.end();
      await Promise.race([living, pause(6_000, undefined, { ref: false })]);
    },
  };
};
