import type { Answers } from "../../../src/contract/client-events.ts";
import type { Request } from "./connection.ts";
import type { MessageLog } from "./message-log.ts";

const pageSize = 50;
/** Events of different nodes may overtake each other: most holes close by themselves within this time. */
const holePatienceMs = 200;
const againMs = 2_000;

/** Joins the open chat with the last known seq until the whole log is loaded: after a reconnect, a hole or a `resync`. */
export function createCatchUp({
  request,
  logOf,
  isWanted,
  isBehind,
  onPage,
}: {
  request: Request;
  logOf: (chatId: string) => MessageLog;
  /** Whether the chat is open and the connection is up. */
  isWanted: (chatId: string) => boolean;
  isBehind: (chatId: string) => boolean;
  /** Called after a page was added to the log. */
  onPage: (page: Answers["join_chat"]) => void;
}) {
  const underWay = new Map<string, Promise<void>>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  return {
    now,
    /** Call this at a hole, which may close by itself. */
    soon: (chatId: string): void => after(holePatienceMs, () => isBehind(chatId) && void now(chatId)),
    close: (): void => timers.forEach(clearTimeout),
  };

  /** One catch-up at a time per chat; a call during one starts another after it. */
  function now(chatId: string): Promise<void> {
    const turn = (underWay.get(chatId) ?? Promise.resolve()).then(() => join(chatId));
    underWay.set(chatId, turn);
    return turn;
  }

  async function join(chatId: string): Promise<void> {
    const log = logOf(chatId);
    let hasMore = true;
    while (hasMore && isWanted(chatId)) {
      const isFirst = !log.started;
      const from = isFirst ? {} : { afterSeq: log.upTo };
      const page = await request("join_chat", { chatId, limit: pageSize, ...from });
      if (!page.ok) return after(againMs, () => void now(chatId));
      if (isFirst) log.start(page.messages);
      else log.addNewer(page.messages);
      // For the newest page, `hasMore` is about older entries, which are loaded when somebody scrolls up to them.
      hasMore = !isFirst && page.hasMore;
      onPage(page);
    }
  }

  function after(pauseMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, pauseMs);
    timers.add(timer);
  }
}
