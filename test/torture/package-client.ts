import { setTimeout as pause } from "node:timers/promises";
import type { Item } from "../../client/src/types.ts";
import { finalCodes } from "./answers.ts";
import type { Client } from "./client.ts";
import { type ChangeCall, digest, type History, now, type Send } from "./history.ts";
import { ownAcked } from "./own-acked.ts";
import { createShelf, openTab, type Tab } from "./package-tab.ts";
import { lookAt } from "./view-look.ts";

type Options = {
  index: number;
  userId: string;
  url: string;
  /** So many tabs share one socket. */
  tabCount: 1 | 2;
  history: History;
};

const changeAgainMs = 300;
const awayMs = 1_000;
const olderPage = 200;
const refusedChanges: ReadonlySet<string> = new Set(["chat_not_active", "message_deleted"]);
const passing: ReadonlySet<string> = new Set(["unavailable", "rate_limited", "no_answer"]);

/**
 * One device of a person that runs `@lyvo/chat-client`, in one tab or in two that share its socket and storage. A
 * reconnect closes a tab, whose last writes are lost, and opens another one.
 */
export const createPackageClient = ({ index, userId, url, tabCount, history }: Options): Client => {
  const shelf = createShelf();
  const tabs: Tab[] = [];
  const chats = new Set<string>();
  const away = new Set<string>();
  /** Sends without an outcome, by their key. */
  const pending = new Map<string, Send>();
  /** Those of them whose tab is gone. If the next tab does not show it, the log alone says what became of it. */
  const orphans = new Set<string>();
  const ending = new AbortController();
  const isOver = (): boolean => ending.signal.aborted;
  let changing = 0;
  let turns = 0;

  const nextTab = (): Tab => tabs[(turns += 1) % tabCount] as Tab;
  const surprise = (text: string): void => void history.surprises.push({ client: index, at: now(), text });

  const settle = (send: Send, outcome: { id: string; seq: number } | { code: string }): void => {
    const isFinal = "id" in outcome || finalCodes.has(outcome.code);
    if (!isFinal || !pending.delete(send.clientMessageId ?? "")) return;
    const start = send.startedAt ?? now();
    const attempt = { connection: -1, start, end: now() };
    if ("id" in outcome) send.attempts.push({ ...attempt, outcome: "acked", id: outcome.id, seq: outcome.seq });
    else send.attempts.push({ ...attempt, outcome: "refused", code: outcome.code });
  };

  /** The outcome of what was sent in a tab that is gone is in the view alone. */
  const settleShown = (chatId: string, { key, state, message, error }: Item): void => {
    const send = pending.get(key);
    if (send === undefined) return;
    if ("seq" in message) return settle(send, message);
    if (state !== "failed") return;
    const code = error?.code ?? "an error without a code";
    if (!finalCodes.has(code)) surprise(`a draft failed with ${code}`);
    settle(send, { code });
    for (const { client } of tabs) client.chat(chatId).discard(key);
  };

  const look = (tab: Tab, chatId: string): void => {
    const { items, completeTo } = tab.client.chat(chatId).view.get();
    for (const item of items) settleShown(chatId, item);
    lookAt({ client: index, slot: tab.slot, chatId, items, completeTo }, history);
  };

  const openIn = (tab: Tab, chatId: string): void => tab.open(chatId, () => look(tab, chatId));

  const watch = (chatId: string): void => {
    if (chats.has(chatId)) return;
    chats.add(chatId);
    for (const tab of tabs) openIn(tab, chatId);
  };

  const seeInbox = ({ client }: Tab): void => {
    for (const { id } of client.inbox.get().chats) watch(id);
  };

  const begin = (slot: number): void => {
    const options = { slot, userId, url, shelf, isShared: tabCount > 1 };
    const tab: Tab = openTab({ ...options, onInbox: () => seeInbox(tab), onError: surprise });
    tabs[slot] = tab;
    tab.start();
    for (const chatId of chats) if (!away.has(chatId)) openIn(tab, chatId);
  };
  for (let slot = 0; slot < tabCount; slot += 1) begin(slot);

  const send: Client["send"] = (chatId, { content }) => {
    const { client, slot } = nextTab();
    const startedAt = now();
    const { key, done } = client.chat(chatId).send({ text: content });
    const sent: Send = { client: index, userId, chatId, clientMessageId: key, content, attempts: [], slot, startedAt };
    history.sends.push(sent);
    pending.set(key, sent);
    done.then(
      (message) => settle(sent, message),
      (error: { code?: string }) => settle(sent, { code: error.code ?? "" }),
    );
  };

  /** Again until it is answered for good, as a person would; or given up when it is over. */
  const change = async (call: ChangeCall): Promise<void> => {
    while (!isOver()) {
      const handle = nextTab().client.chat(call.chatId);
      try {
        await (call.content === "" ? handle.remove(call.seq) : handle.edit(call.seq, call.content));
        call.outcome = "acked";
        return;
      } catch (error) {
        const { code = String(error) } = error as { code?: string };
        if (refusedChanges.has(code)) return void (call.outcome = "refused");
        if (!passing.has(code)) surprise(`a change was answered with ${code}`);
      }
      await pause(changeAgainMs);
    }
  };

  const awaited = (): Send[] => [...pending].flatMap(([key, one]) => (orphans.has(key) ? [] : [one]));
  const wholeIn = ({ client }: Tab, chatId: string): number => client.chat(chatId).view.get().completeTo;
  const isTabSettled = ({ client }: Tab): boolean =>
    client.connection.get().state === "online" &&
    client.unsent.get().count === 0 &&
    client.inbox.get().chats.every(({ id, lastSeq }) => client.chat(id).view.get().completeTo >= lastSeq);

  return {
    index,
    userId,
    chatIds: () => [...chats],
    watch,
    send,
    change: (chatId, { content, back }) => {
      const seq = ownAcked(history, { userId, chatId, back });
      if (seq === undefined) return;
      const call: ChangeCall = { client: index, userId, chatId, seq, content, outcome: "lost" };
      history.changes.push(call);
      changing += 1;
      void change(call).finally(() => (changing -= 1));
    },
    unsent: (chatId) => awaited().filter((one) => one.chatId === chatId).length,
    markRead: (chatId) => nextTab().client.chat(chatId).markRead(),
    leave: (chatId) => {
      if (away.has(chatId)) return;
      away.add(chatId);
      for (const tab of tabs) tab.release(chatId);
      setTimeout(() => {
        away.delete(chatId);
        if (!isOver()) for (const tab of tabs) openIn(tab, chatId);
      }, awayMs);
    },
    typing: (chatId) => nextTab().client.chat(chatId).setTyping(true),
    reconnect: () => {
      const { slot } = nextTab();
      for (const [key, one] of pending) if (one.slot === slot) orphans.add(key);
      void tabs[slot]?.kill();
      begin(slot);
    },
    isSettled: () => changing === 0 && away.size === 0 && awaited().length === 0 && tabs.every(isTabSettled),
    state: () => {
      const told = tabs.map(({ client }) => JSON.stringify([client.connection.get(), client.unsent.get()]));
      return `client ${index} of ${userId}, ${awaited().length} without an outcome: ${told.join(", ")}`;
    },
    whole: (chatId) => Math.min(...tabs.map((tab) => wholeIn(tab, chatId))),
    lookBack: async () => {
      for (const { client } of tabs) {
        for (const chatId of chats) {
          const handle = client.chat(chatId);
          for (let tries = 0; tries < 100 && handle.view.get().hasOlder; tries += 1) {
            await handle.loadOlder(olderPage).catch(() => pause(changeAgainMs));
          }
          const { items, completeTo } = handle.view.get();
          const shown = items.flatMap(({ message }) =>
            "seq" in message ? [{ seq: message.seq, id: message.id, content: digest(message.content) }] : [],
          );
          history.views.push({ client: index, chatId, completeTo, shown });
        }
      }
    },
    stop: async () => {
      ending.abort();
      await Promise.all(tabs.map(({ client }) => client.close()));
    },
  };
};
