import { chatError, noAnswer, plain } from "../errors.ts";
import type { Answers, ClientEvent, ClientEvents, ServerEvents } from "../wire.ts";
import { randomId } from "../within.ts";
import { Election } from "./leading.ts";
import { ChatSocket, type SocketState } from "./socket.ts";
import type { Tokens } from "./tokens.ts";

type Parts = {
  url: string;
  name: string;
  tokens: Tokens;
  isShared: boolean;
  /** The socket's state, whichever tab holds it; after a change of the leader always once more. */
  onState: (state: SocketState) => void;
  onEvent: (event: string, payload: unknown) => void;
  /** What another tab posted. */
  onNote: (kind: string, value: unknown) => void;
  onLeading: (isLeading: boolean) => void;
};

/** Between tabs: who, what, and its value. */
type Note = [from: string, kind: string, value?: unknown, id?: string];
type Asked = { settle: (answer: { result?: unknown; error?: unknown }) => void };

const followerLimitMs = 12_000;
/** A leader that does not answer within this time is taken for dead: its tab is frozen, or hangs. */
const pingLimitMs = 1_000;

/**
 * The one socket of all tabs of a user. The tab that leads holds it; the others ask through it, and hear all that it
 * hears.
 */
export class Hub {
  readonly #parts: Parts;
  readonly #me = randomId();
  #channel: BroadcastChannel | undefined;
  readonly #election: Election;
  readonly #asked = new Map<string, Asked>();
  /** Which tabs want a chat's events. */
  readonly #joined = new Map<string, Set<string>>();
  /** What a tab that comes later has to know: `welcome`, and the presences. */
  readonly #told = new Map<string, [event: string, payload: unknown]>();
  #socket: ChatSocket | undefined;
  #leader = "";
  #state: SocketState = { state: "connecting", since: Date.now() };
  #isPonged = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const name = parts.isShared ? parts.name : null;
    this.#election = new Election({ name, lead: () => this.#lead(), stopLeading: () => this.#stopLeading() });
    if (name === null) return;
    const channel = (this.#channel = new BroadcastChannel(name));
    channel.addEventListener("message", ({ data }: MessageEvent<Note>) => this.#noted(...data));
    // In Node a channel alone must not keep the process alive.
    (channel as { unref?(): void }).unref?.();
    this.post("hello");
  }

  get isLeading(): boolean {
    return !!this.#socket;
  }

  readonly post = (kind: string, value?: unknown, id?: string): void =>
    this.#channel?.postMessage([this.#me, kind, value, id]);

  /** Asks the service, through the tab that leads. @throws ChatError */
  request<E extends ClientEvent>(event: E, payload: ClientEvents[E]): Promise<Answers[E]> {
    return this.#socket || !this.#channel ? this.#serve(event, payload, this.#me) : this.#ask(event, payload);
  }

  /** Takes part again; the device may have slept. Resolves with whether the socket is known to live. */
  async wake(): Promise<boolean> {
    this.#election.run();
    if (this.#socket) return this.#socket.wake();
    this.post("wake");
    await this.#checkLeader();
    return this.#state.state === "open";
  }

  run(): void {
    this.#election.run();
  }

  drop(): void {
    this.#socket?.drop();
  }

  /** Leaves the socket to another tab, until `wake`. */
  rest(): void {
    this.#election.stop();
  }

  close(): void {
    this.post("bye");
    this.rest();
    this.#forgetAsked();
    // An answer that is under way finds no channel any more.
    this.#channel?.close();
    this.#channel = undefined;
  }

  #lead(): void {
    const { url, tokens, onLeading } = this.#parts;
    this.#forgetAsked();
    this.#leader = this.#me;
    this.#socket = new ChatSocket({
      url,
      tokens,
      onState: (state) => {
        this.#joined.clear();
        this.#told.clear();
        this.#setState(state);
      },
      onEvent: (event, payload) => {
        // The tab that joined has the same from its ack.
        if (event === "chat_joined" || event === "auth_expiring") return;
        const { userId = "" } = payload as Partial<ServerEvents["presence"]>;
        if (event === "welcome" || event === "presence") this.#told.set(event + userId, [event, payload]);
        this.#tell([event, payload]);
        this.#parts.onEvent(event, payload);
      },
    });
    onLeading(true);
  }

  #stopLeading(): void {
    if (!this.#socket) return;
    this.#socket.close();
    this.#socket = undefined;
    this.#parts.onLeading(false);
    this.#setState({ state: "offline", since: Date.now() });
  }

  #setState(state: SocketState): void {
    this.#state = state;
    this.post("state", state);
    this.#parts.onState(state);
  }

  #tell(event: [event: string, payload: unknown]): void {
    this.post("event", event);
  }

  /** Asks for a tab. The socket leaves a chat when no tab wants it. */
  async #serve<E extends ClientEvent>(event: E, payload: ClientEvents[E], from: string): Promise<Answers[E]> {
    if (!this.#socket) throw noAnswer();
    const { chatId = "" } = payload as { chatId?: string };
    const tabs = this.#joined.get(chatId) ?? new Set();
    if (event === "join_chat") this.#joined.set(chatId, tabs.add(from));
    if (event === "leave_chat") {
      tabs.delete(from);
      if (tabs.size > 0) return {} as Answers[E];
    }
    return this.#socket.request(event, payload);
  }

  #ask<E extends ClientEvent>(event: E, payload: ClientEvents[E]): Promise<Answers[E]> {
    return new Promise((resolve, reject) => {
      const id = randomId();
      const timer = setTimeout(() => {
        void this.#checkLeader();
        settle({ error: noAnswer() });
      }, followerLimitMs);
      const settle: Asked["settle"] = ({ result, error }) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        if (error) reject(chatError(plain(error)));
        else resolve(result as Answers[E]);
      };
      this.#asked.set(id, { settle });
      this.post("ask", [event, payload], id);
    });
  }

  #forgetAsked(): void {
    for (const { settle } of this.#asked.values()) settle({ error: noAnswer() });
  }

  async #checkLeader(): Promise<void> {
    this.#isPonged = false;
    this.post("ping");
    await new Promise((resolve) => setTimeout(resolve, pingLimitMs));
    if (!this.#isPonged && !this.#socket) this.#election.run(true);
  }

  async #answer([event, payload]: [ClientEvent, never], from: string, id?: string): Promise<void> {
    const answer = await this.#serve(event, payload, from).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: plain(error) }),
    );
    this.post("answer", answer, id);
  }

  #noted(...[from, kind, value, id = ""]: Note): void {
    const { onEvent, onNote, onState } = this.#parts;
    if (kind === "event") return onEvent(...(value as [string, unknown]));
    if (kind === "answer") return this.#asked.get(id)?.settle(value as object);
    if (kind === "state") {
      const next = value as SocketState;
      const { state, since } = this.#state;
      // Said again for a tab that has come.
      if (this.#leader === from && next.state === state && next.since === since) return;
      if (this.#leader !== from) this.#forgetAsked();
      this.#leader = from;
      this.#state = next;
      return onState(next);
    }
    if (kind === "pong") this.#isPonged = true;
    if (this.#socket) this.#notedByLeader(from, kind, value, id);
    onNote(kind, value);
  }

  #notedByLeader(...[from, kind, value, id]: Note): void {
    if (kind === "ask") void this.#answer(value as [ClientEvent, never], from, id);
    if (kind === "ping") this.post("pong");
    if (kind === "wake") void this.#socket?.wake();
    if (kind === "bye") {
      for (const chatId of this.#joined.keys()) this.#serve("leave_chat", { chatId }, from).catch(() => {});
    }
    if (kind === "hello") {
      this.post("state", this.#state);
      for (const event of this.#told.values()) this.#tell(event);
    }
  }
}
