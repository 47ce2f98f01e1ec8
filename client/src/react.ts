import {
  type Context,
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useSyncExternalStore,
} from "react";
import type { ChatClient, ChatView, Connection, Inbox, Store, Unsent } from "./types.ts";

const ClientContext: Context<ChatClient | null> = createContext<ChatClient | null>(null);

/** Gives the client to the hooks below it. Close the client where you made it. */
export const ChatProvider: FunctionComponent<{ client: ChatClient; children?: ReactNode }> = ({ client, children }) =>
  createElement(ClientContext.Provider, { value: client }, children);

/** The client of the `ChatProvider` above. */
export const useChatClient = (): ChatClient => {
  const client = useContext(ClientContext);
  if (!client) throw new Error("There is no <ChatProvider> above this component.");
  return client;
};

/** Whether two picked values show the same: objects by their fields, not deeper. */
const isSame = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.is(Reflect.get(one, key), Reflect.get(other, key)))
  );
};

/** A component is rendered only when what it picks has changed, even if `pick` is a new function each time. */
const usePicked = <T, Picked>(store: Store<T>, pick?: (value: T) => Picked): Picked => {
  const last = useRef<{ from: T; pick: typeof pick; picked: Picked }>(undefined);
  const read = (): Picked => {
    const from = store.get();
    const known = last.current;
    if (known?.from === from && known.pick === pick) return known.picked;
    const picked = pick ? pick(from) : (from as unknown as Picked);
    last.current = { from, pick, picked: known && isSame(known.picked, picked) ? known.picked : picked };
    return last.current.picked;
  };
  return useSyncExternalStore(store.subscribe, read, read);
};

/** How the connection is. */
export const useConnection = (): Connection => usePicked(useChatClient().connection);

/** Drafts that are not in the log yet. */
export const useUnsent = (): Unsent => usePicked(useChatClient().unsent);

/** The person's chats, or what is picked of them: `useInbox(({ unread }) => unread)`. */
export const useInbox = <Picked = Inbox>(pick?: (inbox: Inbox) => Picked): Picked =>
  usePicked(useChatClient().inbox, pick);

/** A chat, opened while the component is mounted, or what is picked of it. */
export const useChat = <Picked = ChatView>(chatId: string, pick?: (view: ChatView) => Picked): Picked => {
  const chat = useChatClient().chat(chatId);
  useEffect(() => chat.open(), [chat]);
  return usePicked(chat.view, pick);
};
