import { io, type Socket } from "socket.io-client";
import { type ChatError, chatError, noAnswer, pauseMs, plain } from "../errors.ts";
import type { Answers, ClientEvent, ClientEvents, ServerEvents, WireError } from "../wire.ts";
import type { Tokens } from "./tokens.ts";

/** `open`: let in. The others wait for the next attempt, at `retryAt` if there is one. */
export type SocketState = {
  state: "connecting" | "open" | "offline" | "unauthorized";
  since: number;
  retryAt?: number;
  error?: ChatError;
};

/** @throws ChatError */
export type Request = <E extends ClientEvent>(
  event: E,
  payload: ClientEvents[E],
  limitMs?: number,
) => Promise<Answers[E]>;

type Parts = {
  url: string;
  tokens: Tokens;
  onState: (state: SocketState) => void;
  onEvent: (event: string, payload: unknown) => void;
};

/** For a connection, and for an answer. */
const patienceMs = 10_000;
/** A socket that looks open after sleep has to answer within this time. */
const wakeLimitMs = 1_000;
/** A refused token is not tried again faster than this. */
const refusedPauseMs = 1_000;
const renewAgainMs = 5_000;
/** A connection that lasted for so long was a good one. */
const steadyMs = 5_000;

/** One socket: it connects again by itself, renews its token, and after sleep asks the service whether it still lives. */
export class ChatSocket {
  readonly #parts: Parts;
  readonly #socket: Socket;
  #state: SocketState["state"] | "closed" = "offline";
  #failures = 0;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;
  #renewedAt = 0;
  #openedAt = Infinity;

  constructor(parts: Parts) {
    this.#parts = parts;
    const options = { autoConnect: false, forceNew: true, reconnection: false, transports: ["websocket"] };
    const socket = (this.#socket = io(parts.url, options));
    socket.on("connect", () => {
      this.#openedAt = this.#renewedAt = Date.now();
      this.#become("open");
    });
    socket.on("connect_error", ({ message, data }: Error & { data?: WireError }) =>
      this.#lost(data?.code ? chatError({ ...data, message }) : noAnswer()),
    );
    socket.on("disconnect", () => this.drop());
    socket.on("auth_expiring", (notice: ServerEvents["auth_expiring"]) => this.#renewSoon(notice));
    socket.onAny(parts.onEvent);
    void this.#connect();
  }

  async request<E extends ClientEvent>(event: E, payload: ClientEvents[E], limitMs = patienceMs): Promise<Answers[E]> {
    // socket.io would keep the event and send it after the reconnect, in addition to the caller's repeat.
    if (this.#state !== "open") throw noAnswer();
    const answer = await this.#socket
      .timeout(limitMs)
      .emitWithAck(event, payload)
      .catch(() => {
        // The socket looks open and may be dead.
        if (limitMs === patienceMs) void this.wake();
        return { error: noAnswer() };
      });
    if (!answer.ok) throw chatError(answer.error);
    return answer;
  }

  /** Call it when the device may have slept. Resolves with whether the socket lives; if it does not, it reconnects at once. */
  async wake(): Promise<boolean> {
    if (this.#state === "open") {
      try {
        await this.request("authenticate", { token: await this.#parts.tokens.get() }, wakeLimitMs);
        return true;
      } catch (error) {
        // Any other refusal is an answer as well.
        if (!/^(no_answer|unauth)/.test(plain(error).code)) return true;
        this.drop();
      }
    }
    // While it connects it wakes anyway.
    if (/^(off|un)/.test(this.#state)) void this.#connect();
    return false;
  }

  /** The connection is lost, or the network is: it does not wait until the socket notices. */
  drop(): void {
    if (this.#state === "open") this.#lost();
  }

  close(): void {
    this.#state = "closed";
    clearTimeout(this.#timer);
    clearTimeout(this.#renewTimer);
    this.#socket.disconnect();
  }

  #become(state: SocketState["state"], more: Partial<SocketState> = {}): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#renewTimer);
    this.#state = state;
    this.#parts.onState({ state, since: Date.now(), ...more });
  }

  async #connect(): Promise<void> {
    const attempt = (this.#attempt += 1);
    this.#become("connecting");
    this.#timer = setTimeout(() => this.#lost(noAnswer()), patienceMs * 2);
    try {
      const token = await this.#parts.tokens.renew();
      if (attempt !== this.#attempt || this.#state !== "connecting") return;
      this.#socket.auth = { token };
      this.#socket.connect();
    } catch (error) {
      if (attempt === this.#attempt) this.#lost(plain(error));
    }
  }

  #lost(error?: ChatError): void {
    if (this.#state === "closed") return;
    // A server that accepts and disconnects at once is tried more and more rarely.
    if (Date.now() - this.#openedAt > steadyMs) this.#failures = 0;
    this.#openedAt = Infinity;
    const isRefused = error?.code === "unauthenticated";
    if (isRefused) this.#parts.tokens.forget();
    this.#attempt += 1;
    const waitMs = Math.max(isRefused ? refusedPauseMs : 0, pauseMs(this.#failures, error));
    this.#failures += 1;
    const retryAt = Date.now() + waitMs;
    // Before the disconnect, whose event must not come back here.
    this.#become(isRefused ? "unauthorized" : "offline", { retryAt, ...(error && { error: plain(error) }) });
    this.#socket.disconnect();
    this.#timer = setTimeout(() => void this.#connect(), waitMs);
  }

  #renewSoon({ expiresAt }: ServerEvents["auth_expiring"]): void {
    // A token that lives for less than two minutes is announced as soon as it is taken: it is renewed after half of its
    // time. The limits are for a clock that is wrong.
    const restMs = Math.max(4_000, Math.min(60_000, Date.parse(expiresAt) - Date.now()));
    this.#renewAfter(this.#renewedAt + restMs / 2 - Date.now());
  }

  #renewAfter(waitMs: number): void {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = setTimeout(() => void this.#renew(), Math.max(0, waitMs));
  }

  async #renew(): Promise<void> {
    this.#renewedAt = Date.now();
    try {
      await this.request("authenticate", { token: await this.#parts.tokens.renew() });
    } catch {
      if (this.#state === "open") this.#renewAfter(renewAgainMs);
    }
  }
}
