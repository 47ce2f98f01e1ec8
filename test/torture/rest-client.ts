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

/** The ids of a person's chats; null where they could not be had. */
export const getInbox = async (url: string, userId: string): Promise<string[] | null> => {
  try {
    const response = await fetch(`${url}/api/chat/user/${userId}?limit=200`, {
      headers: { authorization: `Bearer ${tokenFor(userId)}` },
      signal: AbortSignal.timeout(answerLimitMs),
    });
    const { chats } = (await response.json()) as { chats: { id: string }[] };
    return chats.map(({ id }) => id);
  } catch {
    return null;
  }
};
