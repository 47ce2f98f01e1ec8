import { setTimeout as pause } from "node:timers/promises";
import type { Chat } from "../../src/chat/chat.ts";
import type { Message } from "../../src/chat/message.ts";
import { createHeldLog, type HeldLog } from "./held-log.ts";
import { type Attempt, type History, heardBy, type MarkKind, now, type Send, snapshotOf } from "./history.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { postMessage } from "./rest-send.ts";
import { type Answer, type Listener, openSession, type Session } from "./session.ts";

/** One device of a person, which keeps DESIGN's rules of "Live and catching up". */
export type Client = {
  index: number;
  userId: string;
  chatIds: () => string[];
  /** Joins a chat now and after every reconnect. */
  watch: (chatId: string) => void;
  send: (chatId: string, message: { content: string; keyed: boolean; by: "socket" | "rest" }) => void;
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
  held: (chatId: string) => HeldLog;
  stop: () => Promise<void>;
};

type Options = { index: number; userId: string; urls: string[]; eager: boolean; history: History };

type Room = {
  log: HeldLog;
  outbox: Outbox;
  joining: boolean;
  again: boolean;
  away: boolean;
  joinedBy: number;
  delivered: number;
};

const holeWaitMs = 150;
const deliveredEveryMs = 700;

export const createClient = ({ index, userId, urls, eager, history }: Options): Client => {
  const rooms = new Map<string, Room>();
  let session: Session | null = null;
  let connections = 0;
  let messages = 0;
  const ending = new AbortController();
  const isOver = (): boolean => ending.signal.aborted;
  const isConnected = (): boolean => session !== null;

  const roomOf = (chatId: string): Room => {
    const known = rooms.get(chatId);
    if (known) return known;
    const outbox = createOutbox({ eager, isOver });
    const room = {
      log: createHeldLog(),
      outbox,
      joining: false,
      again: false,
      away: false,
      joinedBy: -1,
      delivered: 0,
    };
    rooms.set(chatId, room);
    return room;
  };

  const hear = (message: Message): void => {
    history.heard.push(heardBy(index, message));
    roomOf(message.chatId).log.add(message);
  };

  const listener: Listener = {
    message: (message) => {
      hear(message);
      const room = roomOf(message.chatId);
      // Events of two nodes may come out of order, so a hole has a moment to close by itself.
      if (room.log.hasHole() && !room.joining) setTimeout(() => fillHole(message.chatId), holeWaitMs);
      if (!room.away) void markDelivered(message.chatId, room);
    },
    receipt: (kind, { chatId, userId: whose, seq }) =>
      history.receipts.push({ client: index, kind, at: now(), chatId, userId: whose, seq }),
    chat: (chat) => history.snapshots.push(snapshotOf(index, chat, { asked: false, start: now() })),
    resync: () => {
      for (const chatId of rooms.keys()) void join(chatId);
    },
  };

  const fillHole = (chatId: string): void => {
    if (roomOf(chatId).log.hasHole()) void join(chatId);
  };

  const ask = async (event: string, payload: unknown): Promise<Answer> => {
    const answer = (await session?.ask(event, payload)) ?? null;
    watchFor(answer, event);
    return answer;
  };

  const watchFor = (answer: Answer, event: string): void => {
    const code = codeOf(answer);
    if (code === null || code === "unavailable" || code === "chat_not_active") return;
    history.surprises.push({ client: index, at: now(), text: `${event} was answered with ${code}` });
  };

  /** Joins with what is held, page by page, until there is no more; again while it fails and the connection stands. */
  const join = async (chatId: string): Promise<void> => {
    const room = roomOf(chatId);
    room.again = true;
    if (room.joining || room.away) return;
    room.joining = true;
    while (room.again && isConnected() && !isOver()) {
      room.again = false;
      const connection = session?.number ?? 0;
      const outcome = await joinOnce(chatId, room);
      if (outcome === "whole") room.joinedBy = connection;
      else room.again = true;
      if (outcome === "failed") await pause(250);
    }
    room.joining = false;
  };

  const joinOnce = async (chatId: string, room: Room): Promise<"whole" | "more" | "failed"> => {
    const [start, afterSeq] = [now(), room.log.whole()];
    const answer = await ask("join_chat", { chatId, afterSeq, limit: 100 });
    if (answer?.["ok"] !== true) return "failed";
    const { messages: page, hasMore, chat } = answer as { messages: Message[]; hasMore: boolean; chat: Chat };
    for (const message of page) hear(message);
    const seqs = page.map(({ seq }) => seq);
    history.pages.push({ client: index, chatId, start, end: now(), afterSeq, seqs, hasMore });
    history.snapshots.push(snapshotOf(index, chat, { asked: true, start }));
    return hasMore ? "more" : "whole";
  };

  const mark = async (kind: MarkKind, chatId: string): Promise<void> => {
    const [start, asked] = [now(), roomOf(chatId).log.whole()];
    const answer = await ask(`mark_${kind}`, { chatId, seq: asked });
    if (answer?.["ok"] !== true) return;
    const { seq } = answer[kind] as { seq: number };
    history.marks.push({ client: index, kind, chatId, userId, asked, start, end: now(), seq });
  };

  const markDelivered = async (chatId: string, room: Room): Promise<void> => {
    if (now() - room.delivered < deliveredEveryMs) return;
    room.delivered = now();
    await mark("delivered", chatId);
  };

  const live = async (): Promise<void> => {
    for (let tries = index; !isOver(); tries += 1) {
      const url = urls[tries % urls.length] ?? "";
      connections += 1;
      session = await openSession(url, userId, connections, listener);
      if (session === null) {
        await pause(150 + 100 * (index % 5));
        continue;
      }
      if (isOver()) session.end();
      for (const chatId of rooms.keys()) void join(chatId);
      await session.ended;
      session = null;
    }
  };

  const attemptOver = {
    socket: async (send: Send): Promise<Attempt | null> => {
      const [start, current] = [now(), session];
      const { chatId, content, clientMessageId } = send;
      const payload = { chatId, type: "text", content, ...(clientMessageId !== null && { clientMessageId }) };
      if (current === null) return null;
      return { connection: current.number, start, ...outcomeOf(await ask("send_message", payload)), end: now() };
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
    watch: (chatId) => {
      roomOf(chatId);
      void join(chatId);
    },
    send: (chatId, { content, keyed, by }) => {
      messages += 1;
      const clientMessageId = keyed ? `${index}-${messages}` : null;
      const send: Send = { client: index, userId, chatId, clientMessageId, content, attempts: [] };
      history.sends.push(send);
      roomOf(chatId).outbox.add(send, attemptOver[by]);
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
    isSettled: () => session !== null && [...rooms.values()].every((room) => isSettled(room, session?.number ?? 0)),
    state: () =>
      `client ${index} of ${userId}: ${session === null ? "not connected" : `connection ${session.number}`}, ` +
      [...rooms]
        .flatMap(([id, room]) => (isSettled(room, session?.number ?? 0) ? [] : [`${id} ${told(room)}`]))
        .join(", "),
    held: (chatId) => roomOf(chatId).log,
    stop: async () => {
      ending.abort();
      session?.end();
      await Promise.race([living, pause(6_000)]);
    },
  };
};

const isSettled = ({ outbox, joining, away, joinedBy, log }: Room, connection: number): boolean =>
  outbox.size() === 0 && !joining && !away && joinedBy === connection && !log.hasHole();

const told = ({ outbox, joining, away, joinedBy, log }: Room): string =>
  JSON.stringify({ unsent: outbox.size(), joining, away, joinedBy, hole: log.hasHole() });

const codeOf = (answer: Answer): string | null => {
  if (answer === null || answer["ok"] === true) return null;
  const { error } = answer as { error?: { code?: string } };
  return error?.code ?? "an answer without a code";
};

type Outcome =
  | { outcome: "acked"; id: string; seq: number }
  | { outcome: "refused" | "unavailable"; code: string }
  | { outcome: "lost" };

/** After these it is known that the send did not land. */
const final = new Set(["chat_not_active", "chat_not_found", "forbidden", "validation_failed", "idempotency_conflict"]);

const outcomeOf = (answer: Answer): Outcome => {
  if (answer === null) return { outcome: "lost" };
  const code = codeOf(answer);
  if (code !== null) return { outcome: final.has(code) ? "refused" : "unavailable", code };
  const { id, seq } = answer["message"] as Message;
  return { outcome: "acked", id, seq };
};
