import { createHandle, type Handle, type HandleParts } from "./chat/handle.ts";
import { createBus, type Notes } from "./connection/bus.ts";
import { noAnswer, pauseMs, plain } from "./errors.ts";
import type { Live } from "./live/live.ts";
import type { Local } from "./live/local.ts";
import type { PendingDraft } from "./outbox/draft.ts";
import { keepDrafts } from "./outbox/kept-drafts.ts";
import { isUnsent } from "./outbox/queue.ts";
import { chooseStorage } from "./outbox/storage.ts";
import { createStore } from "./store.ts";
import { sleep, within } from "./timing.ts";
import type { ChatClient, ChatClientOptions, Connection, Diagnostics, Inbox, Unsent } from "./types.ts";

/** For so long an act waits for the part that talks to the service. */
const patienceMs = 30_000;

const unsentOf = (handles: Iterable<Handle>): Unsent => {
  const orders = [...handles].flatMap(({ outbox }) => outbox.list().filter(isUnsent)).map(({ order }) => order);
  return orders.length > 0 ? { count: orders.length, oldestAt: Math.floor(Math.min(...orders)) } : { count: 0 };
};

/** Loads the part that talks to the service. What does not load now, as offline, is tried again until the client is closed. */
const loadLive = async (local: Local): Promise<Live> => {
  for (let failures = 0; !local.isClosed(); failures += 1) {
    try {
      const { createLive } = await import("./live/live.ts");
      return createLive(local);
    } catch (error) {
      const [since, waitMs] = [Date.now(), pauseMs(failures)];
      local.become({ state: "offline", since, retryAt: since + waitMs, error: plain(error) });
      await sleep(waitMs);
    }
  }
  throw noAnswer();
};

/** The part that talks to the service, as soon as it is loaded. */
type Loader = ReturnType<typeof createLoader>;
const createLoader = (local: () => Local) => {
  let live: Live | undefined;
  let loading: Promise<Live> | undefined;
  const load = async (): Promise<Live> => {
    try {
      return (live ??= await (loading ??= loadLive(local())));
    } finally {
      loading = undefined;
    }
  };
  return {
    live: () => live,
    load,
    whenLive: async (): Promise<Live> => {
      const loaded = live ?? (await within(patienceMs, load()));
      if (!loaded) throw noAnswer();
      return loaded;
    },
  };
};

/** What the tabs share is found by this name; undefined: this one shares with nobody. */
const sharedName = ({ tabs = globalThis.document ? "share" : "own" }: ChatClientOptions, name: string) =>
  tabs === "share" && globalThis.navigator?.locks && globalThis.BroadcastChannel ? name : undefined;

const noInbox: Inbox = { chats: [], unread: 0, loaded: false, hasMore: false };
const undiagnosed = { role: "follower", holesFilled: 0, resends: 0, serverTimeOffsetMs: 0 } as const;

/** What is there before the client is connected: its stores, its chats with their drafts, and what is stored. */
const createLocal = (options: ChatClientOptions, { live, whenLive }: Loader, connect: () => void): Local => {
  const { userId } = options;
  const url = options.url.replace(/\/+$/, "");
  const name = `lyvo-chat:${encodeURIComponent(userId)}:`;
  const handles = new Map<string, Handle>();
  let state: Connection = { state: "connecting", since: Date.now() };
  const isClosed = (): boolean => state.state === "closed";
  const connectOnce = (): void => {
    if (!isClosed()) connect();
  };
  const connection = createStore(() => state, connectOnce);
  const unsent = createStore(() => unsentOf(handles.values()), connectOnce);
  const diagnostics = createStore<Diagnostics>(
    () => ({ storage: kept.kind(), ...(live()?.diagnose() ?? undiagnosed) }),
    connectOnce,
  );
  const kept = keepDrafts(chooseStorage(options.storage), name, diagnostics.changed);
  const chat = (chatId: string): Handle => {
    const handle = handles.get(chatId) ?? createHandle(chatId, handleParts);
    handles.set(chatId, handle);
    return handle;
  };
  const notes: Notes = {
    draft: (draft: PendingDraft, from) => chat(draft.chatId).outbox.noted(draft, from === bus.me),
    discard: ([chatId, key]: [string, string]) => chat(chatId).outbox.discarded(key),
  };
  const bus = createBus(notes, sharedName(options, name + url));
  const handleParts: HandleParts = {
    userId,
    kept,
    post: bus.post,
    now: () => live()?.now() ?? Date.now(),
    connectOnce,
    live: (chatId) => live()?.chat(chatId),
    whenLive: async (chatId) => (await whenLive()).chat(chatId),
    onDrafts: unsent.changed,
  };
  const become = (next: Connection): void => {
    state = next;
    connection.changed();
  };
  const inbox = createStore(() => live()?.seeInbox() ?? noInbox, connectOnce);
  const stores = { connection, inbox, unsent, diagnostics };
  return { options, userId, url, bus, notes, kept, handles, chat, stores, become, isClosed, connectOnce };
};

/** One person's chats. Nothing is opened before somebody subscribes, opens a chat, sends or calls `connect`. */
export const createChatClient = (options: ChatClientOptions): ChatClient => {
  let isConnected = false;
  const connect = (): void => {
    if (isConnected) return;
    isConnected = true;
    become({ state: "connecting", since: Date.now() });
    loader.load().then(
      (live) => isConnected && live.connect(),
      () => {},
    );
  };
  const loader: Loader = createLoader(() => local);
  const { live, whenLive } = loader;
  const local: Local = createLocal(options, loader, connect);
  const { become, bus, chat, handles, kept, notes, stores } = local;
  const close = async (): Promise<void> => {
    isConnected = false;
    live()?.close();
    bus.close();
    become({ state: "closed", since: Date.now() });
    await kept.settled();
  };
  notes["sign_out"] = () => {
    void close();
    live()?.forget();
    handles.forEach(({ outbox }) => outbox.clear());
  };
  return {
    ...stores,
    get rules() {
      return live()?.rules() ?? null;
    },
    connect,
    chat,
    loadMoreChats: async () => (await whenLive()).loadMore(),
    signOut: async () => {
      // Also if this tab took no part.
      bus.open();
      bus.post("sign_out");
      await close();
      await kept.wipe();
    },
    close,
  };
};
