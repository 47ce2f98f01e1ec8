import { type BenchChat, tokenFor } from "../load/people.ts";
import type { RunningSystem } from "./system.ts";

type Call = { method: "PATCH" | "POST"; path: string; userId: string; body: object };

const call = async (url: string, { method, path, userId, body }: Call): Promise<{ message: { seq: number } }> => {
  const response = await fetch(`${url}/api/chat/${path}`, {
    method,
    headers: { authorization: `Bearer ${tokenFor(userId)}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

const words = "Is the room free from the first of May? I could come and have a look at it on Friday in the evening.";

/**
 * Edits half of the fifty messages after `middle`, then sends 25 more messages and edits each of these, so that the newest
 * page has 25 messages and their edits. In a chat of `seedHistory`, where the owner sent the even ones.
 */
export const seedEdits = async (
  { urls: [url = ""] }: RunningSystem,
  { chatId, ownerId, seekerId }: BenchChat,
  middle: number,
): Promise<void> => {
  const edit = (seq: number, userId: string) => {
    const body = { content: `#${seq} ${words}` };
    return call(url, { method: "PATCH", path: `${chatId}/messages/${seq}`, userId, body });
  };
  for (let seq = middle + 1; seq <= middle + 50; seq += 2) await edit(seq, seq % 2 === 0 ? ownerId : seekerId);
  const sent: number[] = [];
  for (let number = 0; number < 25; number += 1) {
    const body = { type: "text", content: `#${number} ${words}`, clientMessageId: `bench-edits-${number}` };
    const { message } = await call(url, { method: "POST", path: `${chatId}/message`, userId: ownerId, body });
    sent.push(message.seq);
  }
  for (const seq of sent) await edit(seq, ownerId);
};
