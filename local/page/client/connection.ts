import { io, type Socket } from "socket.io-client";
import type { Answers, ClientEvent, ClientEvents, ClientToServerEvents } from "../../../src/contract/client-events.ts";
import type { WireError } from "../../../src/contract/failures.ts";
import type { ServerToClientEvents } from "../../../src/contract/server-events.ts";

/**
 * `connecting`: the first attempt. `online`: open. `lost`: it was open, or was refused temporarily; it retries by itself.
 * `paused`: the person went offline with the button.
 */
export type ConnectionState = "connecting" | "online" | "lost" | "paused";

/** `no_answer`: the connection was lost or the answer is late, so the outcome is unknown. */
export type RequestError = Omit<WireError, "code"> & { code: WireError["code"] | "no_answer" };
export type RequestOutcome<E extends ClientEvent> = ({ ok: true } & Answers[E]) | { ok: false; error: RequestError };
export type Request = <E extends ClientEvent>(event: E, payload: ClientEvents[E]) => Promise<RequestOutcome<E>>;

const answerTimeoutMs = 8_000;
const refusedPauseMs = 3_000;
const noAnswer: { ok: false; error: RequestError } = {
  ok: false,
  error: { code: "no_answer", message: "The chat did not answer." },
};

type Options = {
  url: string;
  fetchToken: () => Promise<string>;
  onState: (state: ConnectionState) => void;
};

/**
 * One person's connection to a chat node. It reconnects by itself with a fresh token, and renews its token when the
 * node reports that it expires soon.
 */
export function createConnection({ url, fetchToken, onState }: Options) {
  let state: ConnectionState = "connecting";
  let refusedTimer: ReturnType<typeof setTimeout> | undefined;
  const socket = openSocket(url, fetchToken);
  const request = requestOver(socket);

  socket.on("connect", () => setState("online"));
  socket.on("disconnect", onLost);
  socket.on("connect_error", onLost);
  socket.on("auth_expiring", () => void renewToken(request, fetchToken));
  // engine.io-client 6.6 does this itself, but with several connections on one page it skips every second one.
  const dropAtOnce = (): unknown => socket.io.engine?.close();
  window.addEventListener("offline", dropAtOnce);

  return {
    socket,
    get state() {
      return state;
    },
    request,
    /** Drops the connection without a close, as a tunnel does, and stays offline. */
    goOffline(): void {
      clearTimeout(refusedTimer);
      state = "paused";
      socket.io.engine?.close();
      socket.disconnect();
      onState(state);
    },
    goOnline(): void {
      if (state !== "paused") return;
      setState("lost", { leavePause: true });
      socket.connect();
    },
    close(): void {
      window.removeEventListener("offline", dropAtOnce);
      clearTimeout(refusedTimer);
      state = "paused";
      socket.disconnect();
    },
  };

  function setState(next: ConnectionState, { leavePause = false } = {}): void {
    if (state === next || (state === "paused" && !leavePause)) return;
    state = next;
    onState(state);
  }

  /** socket.io reconnects by itself after a lost connection, but not after a refusal or a disconnect by the server. */
  function onLost(): void {
    setState("lost");
    if (socket.active || state === "paused") return;
    clearTimeout(refusedTimer);
    refusedTimer = setTimeout(() => socket.connect(), refusedPauseMs);
  }
}

async function renewToken(request: Request, fetchToken: () => Promise<string>): Promise<void> {
  const token = await fetchToken().catch(() => null);
  // Without a token the node closes the connection, and the reconnect asks for a token again.
  if (token !== null) await request("authenticate", { token });
}

export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

function openSocket(url: string, fetchToken: () => Promise<string>): ChatSocket {
  return io(url, {
    // Each side is a separate device, so they must not share a connection.
    forceNew: true,
    transports: ["websocket"],
    reconnectionDelay: 400,
    reconnectionDelayMax: 4_000,
    // Without a token the node refuses the connection, which is retried like any refusal.
    auth: (send) =>
      void fetchToken().then(
        (token) => send({ token }),
        () => send({}),
      ),
  });
}

/** Never rejects. Asks once; a caller that needs the outcome asks again. */
const requestOver =
  (socket: ChatSocket): Request =>
  async (event, payload) => {
    // socket.io would buffer the event and send it after the reconnect, in addition to the caller's repeat.
    if (!socket.connected) return noAnswer;
    try {
      // socket.io's types cannot infer one of several events; our own types have checked it.
      const untyped: Pick<Socket, "timeout"> = socket;
      return await untyped.timeout(answerTimeoutMs).emitWithAck(event, payload);
    } catch {
      return noAnswer;
    }
  };
