import { mayPass, noAnswer, plain } from "../errors.ts";
import { createTask } from "../timing.ts";
import type { Message, MessagePage } from "../wire.ts";
import type { Core } from "./core.ts";
import { createLog, type Log } from "./log.ts";

/** Of a chat that nobody shows, so many entries are kept. */
export const keptEntries = 50;
const pageSize = 200;
/** Somebody who was away for more entries than this begins with the newest page. */
const longestGap = 1_000;
/** Events of different nodes may overtake each other: most holes close by themselves within this time. */
const holePatienceMs = 150;

export type Pages = ReturnType<typeof createPages>;

/** Joins with the last known seq. @returns whether there are newer entries */
const join = async (chatId: string, core: Core, log: Log, onEntries: (messages: readonly Message[]) => void) => {
  const [isFirst, before, wasHole] = [!log.from(), log.upTo(), log.hasHole()];
  const place = isFirst ? { limit: keptEntries } : { afterSeq: before, limit: pageSize };
  const { chat, messages, hasMore } = await core.request("join_chat", { chatId, ...place });
  if (isFirst) log.start(messages);
  else messages.forEach(log.add);
  if (wasHole && !log.hasHole()) core.count("holesFilled");
  core.putCard(chat);
  onEntries(messages);
  // Of the newest page it is about older entries.
  return !isFirst && hasMore && log.upTo() > before;
};

/** Loads the page before the first entry, one at a time; after a join that is under way. */
const createOlderPages = (
  chatId: string,
  { rest }: Core,
  log: Log,
  { joined, onChange }: { joined: () => Promise<void>; onChange: () => void },
) => {
  let loading: Promise<void> | undefined;
  const load = async (count: number): Promise<void> => {
    try {
      await joined();
      const before = log.from();
      if (before <= 1) return;
      const path = `${chatId}/messages?before=${before}&limit=${count}`;
      const { messages } = await rest<MessagePage>("GET", path);
      // In between the chat may have been hidden, or begun anew.
      if (log.from() === before) log.addOlder(messages);
      onChange();
    } finally {
      loading = undefined;
    }
  };
  return (count = keptEntries): Promise<void> =>
    (loading ??= load(Math.max(1, Math.min(pageSize, Math.floor(count) || keptEntries))));
};

type Parts = { onChange: () => void; onEntries: (messages: readonly Message[]) => void };

/** A chat's log as far as it is here. While the chat is shown, it is kept whole: what is missing is asked for. */
export const createPages = (chatId: string, core: Core, { onChange, onEntries }: Parts) => {
  const log = createLog();
  let [isShown, isJoined, isRefused] = [false, false, false];
  /** `isAsked`: it has to join once more. `isBehind`: nor has it since it was asked to catch up. */
  let [isAsked, isBehind] = [false, false];
  const lastSeq = (): number => core.card(chatId)?.lastSeq ?? 0;
  const isMissing = (): boolean => log.hasHole() || (log.from() > 0 && lastSeq() > log.upTo());
  const mayJoin = (): boolean => isShown && core.isOpen();
  const joinAll = async (): Promise<void> => {
    if (!mayJoin()) return;
    try {
      while (mayJoin() && (isAsked || isMissing())) {
        if (!isJoined || lastSeq() - log.upTo() > longestGap) log.trim(0);
        isAsked = false;
        const before = log.upTo();
        if (await join(chatId, core, log, onEntries)) isAsked = true;
        isJoined = true;
        isRefused = false;
        // A page that brings nothing is not asked for again at once.
        if (isMissing() && log.upTo() === before) throw noAnswer();
      }
    } catch (error) {
      isAsked = mayPass(error);
      if (isAsked) throw error;
      isRefused = plain(error).code === "chat_not_found";
      onChange();
    }
    isBehind = isAsked;
    core.onCaughtUp();
  };
  let joining = Promise.resolve();
  const task = createTask(() => (joining = joinAll()));
  const joined = (): Promise<void> => joining.catch(() => {});
  const catchUp = (): void => {
    isAsked = isBehind = true;
    task.run();
  };
  return {
    log,
    isShown: () => isShown,
    isBehind: () => isShown && isBehind,
    isRefused: () => isRefused,
    lastSeq,
    catchUp,
    lookForHole: () => isShown && isMissing() && task.poke(holePatienceMs),
    loadOlder: createOlderPages(chatId, core, log, { joined, onChange }),
    show: (next: boolean): void => {
      isShown = next;
      if (next) return catchUp();
      task.stop();
      log.trim(keptEntries);
    },
    stop: task.stop,
    forget: (): void => {
      isJoined = false;
      log.trim(0);
      onChange();
    },
  };
};
