import { setTimeout as pause } from "node:timers/promises";
import { connectClient, type ProtocolClient } from "../../bench/load/protocol.ts";
import { tokenFor } from "./start-node.ts";

type Message = { seq: number; senderId: string | null; content: string };
/** What an ack or an event carries, as far as it is looked at here. */
type Answer = {
  ok: boolean;
  messages: Message[];
  hasMore: boolean;
  error?: { code: string; retryAfterMs?: number };
};
type Session = { client: ProtocolClient; lost: Promise<null> };

/**
 * A person in one chat who keeps the rules of docs/frontend.md over a bare websocket, and goes to the next node when
 * theirs is gone. Hundreds of them fit into one process.
 */
export type RoamingClient = {
  userId: string;
  /** Connected, and has what the log had at that moment. */
  isIn: () => boolean;
  /** Sends it until it is acked, behind what was sent before. Content in ASCII. */
  send: (content: string) => Promise<void>;
  unacked: () => number;
  /** The entries it has, by seq. */
  held: Map<number, Message>;
  /** The codes of all answers that said no. */
  refusals: string[];
  /** How often it was let in. */
  connections: () => number;
  /** The longest that it was not in after it had been, and the longest from a send's first try to its ack. */
  longest: { awayMs: number; unackedMs: number };
  stop: () => void;
};

type Options = { urls: string[]; first: number; userId: string; chatId: string };

const holeWaitMs = 200;
const retryMs = 100;

const jitter = (ms: number): number => ms * (0.5 + Math.random());

export const openRoamingClient = ({ urls, first, userId, chatId }: Options): RoamingClient => {
  const held: RoamingClient["held"] = new Map();
  const refusals: string[] = [];
  const longest = { awayMs: 0, unackedMs: 0 };
  let [connections, sends, unacked] = [0, 0, 0];
  const ending = new AbortController();
  const isOver = (): boolean => ending.signal.aborted;
  let session: Session | null = null;
  let isIn = false;
  let outbox = Promise.resolve();

  const ask = async (over: Session, event: string, payload: object): Promise<Answer | null> => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    over.client.emit(JSON.stringify([event, { chatId, ...payload }]), (text) => resolve(JSON.parse(text)[0]));
    const answer = await Promise.race([promise, over.lost]);
    if (answer?.error) refusals.push(answer.error.code);
    return answer;
  };

  /** The last seq before which none is missing. */
  const whole = (): number => {
    let seq = 0;
    while (held.has(seq + 1)) seq += 1;
    return seq;
  };

  const keep = (message: Message): void => void held.set(message.seq, message);

  const isCurrent = (one: Session): boolean => session === one && !isOver();

  const catchUp = async (over: Session): Promise<void> => {
    while (isCurrent(over)) {
      const answer = await ask(over, "join_chat", { afterSeq: whole(), limit: 200 });
      if (answer === null) return;
      if (!answer.ok) {
        await pause(answer.error?.retryAfterMs ?? retryMs);
        continue;
      }
      answer.messages.forEach(keep);
      if (!answer.hasMore) return;
    }
  };

  const hear = (text: string): void => {
    if (session === null) return;
    const over = session;
    if (text.startsWith('["resync"')) return void catchUp(over);
    if (!text.startsWith('["receive_message"')) return;
    keep(JSON.parse(text)[1]);
    if (whole() === held.size) return;
    setTimeout(() => isCurrent(over) && whole() < held.size && void catchUp(over), holeWaitMs);
  };

  const connect = async (url: string): Promise<Session | null> => {
    const { promise: lost, resolve } = Promise.withResolvers<null>();
    const onLost = (): void => resolve(null);
    const opening = connectClient({ url, token: tokenFor(userId), onEvent: hear, onLost }).catch(() => null);
    const client = await Promise.race([opening, lost]);
    return client && { client, lost };
  };

  const live = async (): Promise<void> => {
    let since: number | null = null;
    for (let turn = first; !isOver(); turn += 1) {
      session = await connect(urls[turn % urls.length] ?? "");
      if (session === null) {
        await pause(jitter(retryMs));
        continue;
      }
      connections += 1;
      await catchUp(session);
      isIn = true;
      if (since !== null) longest.awayMs = Math.max(longest.awayMs, performance.now() - since);
      await session.lost;
      [isIn, session, since] = [false, null, performance.now()];
    }
  };

  const deliver = async (content: string, clientMessageId: string): Promise<void> => {
    const began = performance.now();
    while (!isOver()) {
      const answer = session && (await ask(session, "send_message", { type: "text", content, clientMessageId }));
      if (answer?.ok) {
        unacked -= 1;
        longest.unackedMs = Math.max(longest.unackedMs, performance.now() - began);
        return;
      }
      await pause(jitter(answer?.error?.retryAfterMs ?? retryMs));
    }
  };

  void live();
  return {
    userId,
    isIn: () => isIn,
    send: (content) => {
      sends += 1;
      unacked += 1;
      const clientMessageId = `${userId}-${sends}`;
      outbox = outbox.then(() => deliver(content, clientMessageId));
      return outbox;
    },
    unacked: () => unacked,
    held,
    refusals,
    connections: () => connections,
    longest,
    stop: () => {
      ending.abort();
      session?.client.close();
    },
  };
};
