import { chatError, noAnswer, plain } from "../errors.ts";
import { createTimer } from "../timing.ts";
import type { Answers, ClientEvent, ClientEvents, ServerEvents } from "../wire.ts";
import { openLine, type SocketState } from "./line.ts";
import type { Tokens } from "./tokens.ts";

/** @throws ChatError */
export type Request = <E extends ClientEvent>(event: E, payload: ClientEvents[E]) => Promise<Answers[E]>;

type Parts = {
  url: string;
  tokens: Tokens;
  onState: (state: SocketState) => void;
  onEvent: (event: string, payload: unknown) => void;
};

export type ChatSocket = {
  request: Request;
  /** Call it when the device may have slept. Resolves with whether the socket lives; if it does not, it reconnects at once. */
  wake: () => Promise<boolean>;
  drop: () => void;
  close: () => void;
};

const answerLimitMs = 10_000;
/** A socket that looks open after sleep has to answer within this time. */
const wakeLimitMs = 1_000;
const renewAgainMs = 5_000;

/** A socket that renews its token, and that asks the service whether it still lives. */
export const openSocket = ({ url, tokens, onState, onEvent }: Parts): ChatSocket => {
  const renewing = createTimer();
  let renewedAt = 0;
  const line = openLine(url, tokens, (state) => {
    renewing();
    renewedAt = Date.now();
    onState(state);
  });
  const request = async (event: string, payload: unknown, limitMs = answerLimitMs): Promise<never> => {
    // socket.io would keep the event and send it after the reconnect, in addition to the caller's repeat.
    if (!line.isOpen()) throw noAnswer();
    const answer = await line.socket
      .timeout(limitMs)
      .emitWithAck(event, payload)
      .catch(() => ({ error: noAnswer() }));
    // The socket looks open and may be dead.
    if (answer.error?.code === "no_answer" && limitMs === answerLimitMs) void wake();
    if (!answer.ok) throw chatError(answer.error);
    return answer as never;
  };
  const wake = async (): Promise<boolean> => {
    if (line.isOpen()) {
      try {
        await request("authenticate", { token: await tokens.get() }, wakeLimitMs);
        return true;
      } catch (error) {
        // Any other refusal is an answer as well.
        if (!/^(no_answer|unauth)/.test(plain(error).code)) return true;
        line.drop();
      }
    }
    line.hurry();
    return false;
  };
  const renew = async (): Promise<void> => {
    renewedAt = Date.now();
    try {
      await request("authenticate", { token: await tokens.renew() });
    } catch {
      if (line.isOpen()) renewing(renewAgainMs, renew);
    }
  };
  line.socket.on("auth_expiring", ({ expiresAt }: ServerEvents["auth_expiring"]) => {
    // A token that lives for less than two minutes is announced as soon as it is taken: it is renewed after half of its
    // time. The limits are for a clock that is wrong.
    const restMs = Math.max(4_000, Math.min(60_000, Date.parse(expiresAt) - Date.now()));
    renewing(Math.max(0, renewedAt + restMs / 2 - Date.now()), renew);
  });
  // The tab that joined has the same from its ack.
  line.socket.onAny((event: string, payload) => event === "chat_joined" || onEvent(event, payload));
  return { request, wake, drop: line.drop, close: line.close };
};
