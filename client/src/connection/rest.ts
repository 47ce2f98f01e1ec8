import { chatError, noAnswer } from "../errors.ts";
import { createTimer } from "../timing.ts";
import type { Problem } from "../wire.ts";
import type { Tokens } from "./tokens.ts";

const answerLimitMs = 15_000;

/** A call under `/api/chat/`. @throws ChatError */
export type Rest = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

/** The calls of one person. After a refused token a call is made once more with a new one. */
export const createRest = (url: string, tokens: Tokens): Rest => {
  const call = async (method: string, path: string, body?: object, isSecond?: boolean): Promise<unknown> => {
    const headers = { authorization: `Bearer ${await tokens.get()}`, "content-type": "application/json" };
    const ended = new AbortController();
    const timer = createTimer();
    timer(answerLimitMs, () => ended.abort());
    let answer: Partial<Problem> = {};
    let status = 0;
    try {
      const request = { method, headers, body: body ? JSON.stringify(body) : null, signal: ended.signal };
      const response = await fetch(`${url}/api/chat/${path}`, request);
      answer = await response.json();
      status = response.status;
    } catch {
      // No answer, or one that is not the service's, as of a proxy.
    }
    timer();
    if (status === 401) {
      tokens.forget();
      if (!isSecond) return call(method, path, body, true);
    }
    if (status && status < 300) return answer;
    const { code, detail = "", ...more } = answer;
    throw code ? chatError({ ...more, code, message: detail }) : noAnswer();
  };
  return call as Rest;
};
