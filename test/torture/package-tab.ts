import { type ChatClient, createChatClient } from "../../client/src/chat-client.ts";
import type { ClientStorage } from "../../client/src/types.ts";
import { tokenFor } from "../support/start-node.ts";

/** Shorter than a run, so that tokens are renewed on the way; longer than a clock may be wrong. */
const tokenLifeS = 400;

/** What is stored on a device, and outlives its tabs. */
export type Shelf = Map<string, string>;
export const createShelf = (): Shelf => new Map();

/** One tab with the package in it. */
export type Tab = {
  slot: number;
  client: ChatClient;
  start: () => void;
  /** Opens a chat; `onChange` is called at each change of its view. Opened twice, it is open once. */
  open: (chatId: string, onChange: () => void) => void;
  release: (chatId: string) => void;
  /** Ends the tab as its death does: what it writes from now on is not stored. */
  kill: () => Promise<void>;
};

type Options = {
  slot: number;
  userId: string;
  url: string;
  shelf: Shelf;
  isShared: boolean;
  onInbox: () => void;
  onError: (text: string) => void;
};

/** An outage has these. Others nobody should meet. */
const expected: ReadonlySet<string> = new Set(["unavailable", "no_answer", "rate_limited", "unauthenticated"]);

const storageOn = (shelf: Shelf, isDead: () => boolean): ClientStorage => ({
  get: async (key) => shelf.get(key),
  set: async (key, value) => void (isDead() || shelf.set(key, value)),
  delete: async (key) => void (isDead() || shelf.delete(key)),
  keys: async (prefix) => [...shelf.keys()].filter((key) => key.startsWith(prefix)),
});

export const openTab = ({ slot, userId, url, shelf, isShared, onInbox, onError }: Options): Tab => {
  let isDead = false;
  const releases = new Map<string, () => void>();
  const client = createChatClient({
    url,
    userId,
    getToken: async () => tokenFor(userId, { expiresInS: tokenLifeS }),
    storage: storageOn(shelf, () => isDead),
    tabs: isShared ? "share" : "own",
  });
  return {
    slot,
    client,
    start: () => {
      client.inbox.subscribe(() => isDead || onInbox());
      client.connection.subscribe(() => {
        const { code } = client.connection.get().error ?? {};
        if (code !== undefined && !expected.has(code)) onError(`the connection has the error ${code}`);
      });
    },
    open: (chatId, onChange) => {
      if (releases.has(chatId)) return;
      const handle = client.chat(chatId);
      const unsubscribe = handle.view.subscribe(() => isDead || onChange());
      const release = handle.open();
      releases.set(chatId, () => {
        unsubscribe();
        release();
      });
    },
    release: (chatId) => {
      releases.get(chatId)?.();
      releases.delete(chatId);
    },
    kill: () => {
      isDead = true;
      return client.close();
    },
  };
};
