import type { Chat } from "../../../src/chat/cards/card.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import type { NewUpload, ReadableFile, UploadBegun, UploadedFile } from "../../../src/chat/log/uploaded-file.ts";
import type { ChatStatus } from "../../../src/chat/status.ts";

const answerTimeoutMs = 10_000;
const chatsPerPage = 100;

/**
 * The REST calls of one person. If the service refuses or does not answer, a call rejects with an Error whose message may
 * be shown.
 */
export function createRest({ url, fetchToken }: { url: string; fetchToken: () => Promise<string> }) {
  async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${url}/api/chat/${path}`, {
      method,
      headers: { authorization: `Bearer ${await fetchToken()}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    }).catch(() => {
      throw new Error("The chat did not answer.");
    });
    const answer: Answer & { detail?: string; title?: string } = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? answer.title ?? `The chat answered ${response.status}.`);
    return answer;
  }

  return {
    /** Every chat of `userId`. */
    async chats(userId: string): Promise<Chat[]> {
      const chats: Chat[] = [];
      let cursor: string | null = null;
      do {
        const query: URLSearchParams = new URLSearchParams({ limit: String(chatsPerPage), ...(cursor && { cursor }) });
        const page: { chats: Chat[]; nextCursor: string | null } = await call(
          "GET",
          `user/${encodeURIComponent(userId)}?${query}`,
        );
        chats.push(...page.chats);
        cursor = page.nextCursor;
      } while (cursor);
      return chats;
    },
    /** The entries before `seq`, ascending. */
    older: (chatId: string, seq: number) =>
      call<{ messages: Message[]; hasMore: boolean }>("GET", `${chatId}/messages?before=${seq}&limit=50`),
    beginUpload: (chatId: string, file: NewUpload) => call<UploadBegun>("POST", `${chatId}/attachments`, file),
    async completeUpload(chatId: string, id: string): Promise<UploadedFile> {
      return (await call<{ attachment: UploadedFile }>("POST", `${chatId}/attachments/${id}/complete`)).attachment;
    },
    readFile: (chatId: string, id: string) => call<ReadableFile>("GET", `${chatId}/attachments/${id}`),
    async setStatus(chatId: string, status: ChatStatus): Promise<Chat> {
      return (await call<{ chat: Chat }>("PUT", `${chatId}/status`, { status })).chat;
    },
  };
}
