import { chatError, noAnswer } from "../errors.ts";
import type { Problem } from "../wire.ts";
import { within } from "../within.ts";
import type { Tokens } from "./tokens.ts";

const answerLimitMs = 15_000;

/** A call under `/api/chat/`. @throws ChatError */
export type Rest = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

/** The calls of one person. After a refused token a call is made once more with a new one. */
export const createRest = (url: string, tokens: Tokens): Rest => {
  const once = async (method: string, path: string, body?: object): Promise<[number, Partial<Problem> | undefined]> => {
    const token = await tokens.get();
    const ended = new AbortController();
    const call = async (): Promise<[number, Partial<Problem> | undefined]> => {
      const response = await fetch(`${url}/api/chat/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: body ? JSON.stringify(body) : null,
        signal: ended.signal,
      });
      return [response.status, await response.json().catch(() => undefined)];
    };
    const answer = (await within(
      answerLimitMs,
      call().catch(() => undefined),
    )) ?? [0, undefined];
    ended.abort();
    if (answer[0] === 401) tokens.forget();
    return answer;
  };
  return async (...call) => {
    let [status, answer] = await once(...call);
    if (status === 401) [status, answer] = await once(...call);
    if (status < 300 && answer) return answer as never;
    // Anything else than our own problem comes from what is in between, such as a proxy.
    if (!answer?.code) throw noAnswer();
    const { code, detail = code, errors, retryAfterMs } = answer;
    throw chatError({ code, message: detail, ...(errors && { errors }), ...(retryAfterMs && { retryAfterMs }) });
  };
};
