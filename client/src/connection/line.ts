import { io, type Socket } from "socket.io-client";
import { type ChatError, noAnswer, pauseMs, plain } from "../errors.ts";
import { createTimer } from "../timing.ts";
import type { WireError } from "../wire.ts";
import type { Tokens } from "./tokens.ts";

/** `open`: let in. The others wait for the next attempt, at `retryAt` if there is one. */
export type SocketState = {
  state: "connecting" | "open" | "offline" | "unauthorized" | "closed";
  since: number;
  retryAt?: number;
  error?: ChatError;
};

export type Line = {
  socket: Socket;
  isOpen: () => boolean;
  /** Ends the pause before the next attempt. */
  hurry: () => void;
  /** It is lost, whatever the socket says, and connects again. */
  drop: () => void;
  close: () => void;
};

const patienceMs = 20_000;
/** A refused token is not tried again faster than this. */
const refusedPauseMs = 1_000;
/** A connection that lasted for so long was a good one. A server that disconnects sooner is tried more and more rarely. */
const steadyMs = 5_000;

type Refusal = Error & { data?: WireError };
const errorOf = ({ message, data }: Refusal): ChatError => (data?.code ? { ...data, message } : noAnswer());

const pauseAfter = (failures: number, error: ChatError | undefined): number =>
  Math.max(error?.code === "unauthenticated" ? refusedPauseMs : 0, pauseMs(failures, error));

/** A socket that connects again by itself, with a new token each time. */
export const openLine = (url: string, tokens: Tokens, onState: (state: SocketState) => void): Line => {
  const socket = io(url, { autoConnect: false, forceNew: true, reconnection: false, transports: ["websocket"] });
  const timer = createTimer();
  let state: SocketState["state"];
  let [failures, attempt, openedAt] = [0, 0, Infinity];

  const become = (next: SocketState["state"], more?: Partial<SocketState>): void => {
    timer();
    state = next;
    onState({ state, since: Date.now(), ...more });
  };
  const connect = async (): Promise<void> => {
    const own = (attempt += 1);
    become("connecting");
    timer(patienceMs, () => lost("offline", noAnswer()));
    try {
      const token = await tokens.renew();
      if (own !== attempt) return;
      socket.auth = { token };
      socket.connect();
    } catch (error) {
      if (own === attempt) lost("offline", plain(error));
    }
  };
  const lost = (next: SocketState["state"], error?: ChatError): void => {
    if (state === "closed") return;
    if (Date.now() - openedAt > steadyMs) failures = 0;
    openedAt = Infinity;
    attempt += 1;
    const isRefused = error?.code === "unauthenticated";
    if (isRefused) tokens.forget();
    const waitMs = pauseAfter(failures, error);
    const shown = isRefused ? "unauthorized" : failures > 0 ? "offline" : next;
    // Before the disconnect, whose event must not come back here.
    become(shown, { retryAt: Date.now() + waitMs, ...(error && { error: plain(error) }) });
    failures += 1;
    socket.disconnect();
    timer(waitMs, connect);
  };
  socket.on("connect", () => {
    openedAt = Date.now();
    become("open");
  });
  socket.on("connect_error", (refusal: Refusal) => lost("offline", errorOf(refusal)));
  // The network may be there: the next attempt, which comes soon, shows it.
  socket.on("disconnect", () => state === "open" && lost("connecting"));
  void connect();
  return {
    socket,
    isOpen: () => state === "open",
    hurry: () => void (/^(off|un)/.test(state) && connect()),
    drop: () => void (state === "open" && lost("offline")),
    close: () => {
      state = "closed";
      attempt += 1;
      timer();
      socket.disconnect();
    },
  };
};
