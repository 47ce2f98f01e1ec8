import { io, type Socket } from "socket.io-client";
import type {
  Answers,
  ClientEvent,
  ClientToServerEvents,
  ServerToClientEvents,
  WireError,
} from "../../../src/contract/socket-events.ts";

/**
 * `connecting`: the first time. `online`: open. `lost`: was open or was refused for the moment, tries again by itself.
 * `paused`: the person went offline by the button.
 */
export type ConnectionState = "connecting" | "online" | "lost" | "paused";

/** `no_answer`: the connection was away or the answer is late, so nobody knows the outcome. */
export type RequestError = Omit<WireError, "code"> & { code: WireError["code"] | "no_answer" };
export type RequestOutcome<E extends ClientEvent> = ({ ok: true } & Answers[E]) | { ok: false; error: RequestError };
export type Request = <E extends ClientEvent>(
  event: E,
  payload: Parameters<ClientToServerEvents[E]>[0],
) => Promise<RequestOutcome<E>>;

const answerTimeoutMs = 8_000;
const refusedPauseMs = 3_000;
const noAnswer: { ok: false; error: RequestError } = {
  ok: false,
  error: { code: "no_answer", message: "The chat did not answer." },
};

/**
 * One person's connection to a chat node. It comes back by itself with a fresh token, and renews its token when the
 * node says that it ends soon.
 */
export function createConnection({
  url,
  fetchToken,
  onState,
}: {
  url: string;
  fetchToken: () => Promise<string>;
  onState: (state: ConnectionState) => void;
}) {
  let state: ConnectionState = "connecting";
  let refusedTimer: ReturnType<typeof setTimeout> | undefined;
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    // Each side is a device of its own: they must not share one connection.
    forceNew: true,
    transports: ["websocket"],
    reconnectionDelay: 400,
    reconnectionDelayMax: 4_000,
    // Without a token the node refuses, and that is tried again like any refusal.
    auth: (send) =>
      void fetchToken().then(
        (token) => send({ token }),
        () => send({}),
      ),
  });

  socket.on("connect", () => setState("online"));
  socket.on("disconnect", () => {
    setState("lost");
    connectAgainIfRefused();
  });
  socket.on("connect_error", () => {
    setState("lost");
    connectAgainIfRefused();
  });
  socket.on("auth_expiring", () => void renewToken());
  // engine.io-client 6.6 looks after this itself, but of several connections on one page it leaves out every second one.
  const dropAtOnce = (): unknown => socket.io.engine?.close();
  window.addEventListener("offline", dropAtOnce);

  return {
    socket,
    get state() {
      return state;
    },
    request,
    /** Drops the connection as a tunnel would, without a goodbye, and stays away. */
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

  /** socket.io comes back by itself from a lost connection, never from a refusal or a goodbye of the server. */
  function connectAgainIfRefused(): void {
    if (socket.active || state === "paused") return;
    clearTimeout(refusedTimer);
    refusedTimer = setTimeout(() => socket.connect(), refusedPauseMs);
  }

  async function renewToken(): Promise<void> {
    const token = await fetchToken().catch(() => null);
    // Without one the node closes, and the reconnect asks for a token again.
    if (token !== null) await request("authenticate", { token });
  }

  /** Never rejects. Asks once; whoever needs the outcome asks again. */
  async function request<E extends ClientEvent>(
    event: E,
    payload: Parameters<ClientToServerEvents[E]>[0],
  ): Promise<RequestOutcome<E>> {
    // socket.io would keep it and send it after the reconnect, beside the repeat that the caller sends.
    if (!socket.connected) return noAnswer;
    try {
      // One event of many is more than socket.io's types can follow; ours have said what fits.
      const untyped: Pick<Socket, "timeout"> = socket;
      const answer: RequestOutcome<E> = await untyped.timeout(answerTimeoutMs).emitWithAck(event, payload);
      return answer;
    } catch {
      return noAnswer;
    }
  }
}
