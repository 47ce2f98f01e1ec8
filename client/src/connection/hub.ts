import { noAnswer, plain } from "../errors.ts";
import type { ClientEvent } from "../wire.ts";
import { type Answer, type Ask, createAsks } from "./asks.ts";
import type { Bus, Notes } from "./bus.ts";
import { createElection } from "./leading.ts";
import type { SocketState } from "./line.ts";
import { type ChatSocket, openSocket, type Request } from "./socket.ts";
import type { Tokens } from "./tokens.ts";

type Parts = {
  bus: Bus;
  url: string;
  tokens: Tokens;
  /** The socket's state, whichever tab holds it. */
  onState: (state: SocketState) => void;
  onLeading: () => void;
  onLeader: () => void;
  onNewTab: (tab: string) => void;
};

export type Hub = {
  notes: Notes;
  isLeading: () => boolean;
  /** Asks the service, through the tab that leads. */
  request: Request;
  run: () => void;
  /** Takes part again; the device may have slept. Resolves with whether the leader, and its socket, live. */
  wake: () => Promise<boolean>;
  /** The network is away. */
  drop: () => void;
  /** Leaves the socket to another tab, until `wake`. */
  rest: () => void;
  close: () => void;
};

const answerLimitMs = 12_000;
/** A leader that does not answer within this time is taken for dead: its tab is frozen, or hangs. */
const wakeLimitMs = 1_000;

type Said = [state: SocketState, term: number];

/** The socket, while this tab holds it. Its states are posted with the term of this tab. */
const createHolder = ({ bus, url, tokens, onLeading }: Parts) => {
  let socket: ChatSocket | undefined;
  let said: Said | undefined;
  /** Which tabs want a chat's events. */
  const joined = new Map<string, Set<string>>();
  const say = (...next: Said): void => bus.post("state", (said = next));
  /** Asks for a tab. The socket leaves a chat when no tab wants it. */
  const serve = async (event: string, payload: { chatId?: string } | undefined, from: string): Promise<unknown> => {
    if (!socket) throw noAnswer();
    if (event === "wake") return void socket.wake();
    const chatId = payload?.chatId ?? "";
    const tabs = joined.get(chatId) ?? new Set();
    if (event === "join_chat") joined.set(chatId, tabs.add(from));
    if (event === "leave_chat") {
      tabs.delete(from);
      if (tabs.size > 0) return;
    }
    return socket.request(event as ClientEvent, payload as never);
  };
  return {
    socket: () => socket,
    said: () => said,
    serve,
    lead: (term: number): void => {
      const onState = (state: SocketState): void => {
        joined.clear();
        say(state, term);
      };
      socket = openSocket({ url, tokens, onState, onEvent: (...event) => bus.post("event", event) });
      onLeading();
    },
    stopLeading: (): void => {
      if (!socket) return;
      socket.close();
      socket = undefined;
      onLeading();
      if (said) say({ state: "offline", since: Date.now() }, said[1]);
    },
    /** A tab is closed. */
    left: (tab: string): void => {
      for (const [chatId, tabs] of joined) if (tabs.has(tab)) void serve("leave_chat", { chatId }, tab).catch(() => {});
    },
  };
};

/**
 * The one socket of all tabs of a person. The tab that leads holds it; the others ask through it, and hear all that it
 * hears. Of two that lead, as after a theft, the later one counts: its term is higher.
 */
export const createHub = (parts: Parts): Hub => {
  const { bus, onState, onLeader, onNewTab } = parts;
  const { socket, said, serve, lead, stopLeading, left } = createHolder(parts);
  const asks = createAsks(bus);
  let leader: string | undefined;
  let term = 0;
  const election = createElection({ name: bus.name, lead: () => lead(Math.max(Date.now(), term + 1)), stopLeading });
  const steal = (): void => {
    if (!socket()) election.run(true);
  };
  const wake = async (): Promise<boolean> => {
    election.run();
    const held = socket();
    if (held) return held.wake();
    const asked = asks.ask(leader, "wake", undefined, wakeLimitMs, steal);
    return asked.then(() => true).catch(() => false);
  };
  const notes: Notes = {
    answer: asks.answered,
    state: ([state, newTerm]: Said, from) => {
      if (newTerm < term) return;
      const isNew = from !== leader || newTerm > term;
      [leader, term] = [from, newTerm];
      if (isNew) {
        asks.fail();
        onLeader();
      }
      onState(state);
    },
    hello: (_, from) => {
      if (!socket() || from === bus.me) return;
      bus.post("state", said(), from);
      onNewTab(from);
    },
    bye: (_, from) => left(from),
    ask: async ([id, event, payload]: Ask, from) => {
      if (!socket()) return;
      const answer: Answer = await serve(event, payload as object, from).then(
        (result) => [id, result],
        (error) => [id, undefined, plain(error)],
      );
      bus.post("answer", answer, from);
    },
  };
  return {
    notes,
    isLeading: () => !!socket(),
    request: (event, payload) => asks.ask(leader, event, payload, answerLimitMs, wake) as Promise<never>,
    run: election.run,
    wake,
    drop: () => socket()?.drop(),
    rest: election.stop,
    close: () => {
      election.stop();
      leader = undefined;
      asks.fail();
    },
  };
};
