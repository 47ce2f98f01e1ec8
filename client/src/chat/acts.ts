import { mayPass, pauseMs } from "../errors.ts";
import { randomId } from "../ids.ts";
import { sleep } from "../timing.ts";
import type { ChatHandle } from "../types.ts";
import type { Chat, Message } from "../wire.ts";
import type { Core } from "./core.ts";

/** For so long an edit, a deletion, a report or a mute is tried again. */
const patienceMs = 30_000;

/** What a person does beside writing: tried again while it may pass, and while somebody waits for the outcome. */
export const createActs = (
  chatId: string,
  { connectOnce, isClosed, request, rest, putCard }: Core,
  onMessage: (message: Message) => void,
): Pick<ChatHandle, "edit" | "remove" | "report" | "mute" | "fileUrl"> => {
  const persist = async <T>(act: () => Promise<T>): Promise<T> => {
    connectOnce();
    for (const endsAt = Date.now() + patienceMs; ; ) {
      try {
        return await act();
      } catch (thrown) {
        const waitMs = pauseMs(1, thrown);
        if (!mayPass(thrown) || Date.now() + waitMs > endsAt || isClosed()) throw thrown;
        await sleep(waitMs);
      }
    }
  };
  const call = <T>(method: string, path: string, body?: object): Promise<T> =>
    persist(() => rest<T>(method, `${chatId}/${path}`, body));
  return {
    edit: async (seq, content) => {
      const payload = { chatId, seq, content, clientMessageId: randomId() };
      onMessage((await persist(() => request("edit_message", payload))).message);
    },
    remove: async (seq) => onMessage((await persist(() => request("delete_message", { chatId, seq }))).message),
    report: async (target, reason, note) => {
      const { seq } = target as { seq?: number };
      await call("POST", "reports", { seq, reason, note });
    },
    mute: async (until) =>
      putCard((await call<{ chat: Chat }>("PUT", "mute", { until: until && until.toISOString() })).chat),
    fileUrl: async (id) => (await call<{ url: string }>("GET", `attachments/${id}`)).url,
  };
};
