import { tokenFor } from "../support/start-node.ts";
import type { Send } from "./history.ts";
import type { Answer } from "./session.ts";

const answerLimitMs = 12_000;

/** A send over REST, answered in the words of a socket's ack; null where no answer came. */
export const postMessage = async (url: string, { chatId, userId, content, clientMessageId }: Send): Promise<Answer> => {
  try {
    const response = await fetch(`${url}/api/chat/${chatId}/message`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokenFor(userId)}`, "content-type": "application/json" },
      body: JSON.stringify({ type: "text", content, ...(clientMessageId !== null && { clientMessageId }) }),
      signal: AbortSignal.timeout(answerLimitMs),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return response.ok ? { ok: true, message: body["message"] } : { ok: false, error: { code: body["code"] } };
  } catch {
    return null;
  }
};
