import type { ChatError } from "./errors.ts";
import type { Attachment, Chat, Message, ReportReason, Rules } from "./wire.ts";

/** Texts by key: where drafts wait. For React Native and tests; a browser brings IndexedDB. */
export type ClientStorage = {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  keys(prefix: string): Promise<string[]>;
};

export type ChatClientOptions = {
  /** Where the chat service is, such as `https://chat.example.com`. */
  url: string;
  /** Whom the tokens of `getToken` speak for. What is stored is kept apart by it. */
  userId: string;
  /** Asked at each connect, and again before a token ends. */
  getToken: () => Promise<string>;
  /** Default: IndexedDB where there is one, else memory; `diagnostics` says which. */
  storage?: ClientStorage | "memory" | undefined;
  /** `share` (default): one tab of a browser holds the socket. `own`: this client does, as where Web Locks are missing. */
  tabs?: "share" | "own" | undefined;
  /** A page that is hidden for so long gives its socket up, until it is shown again. 0: never. Default: 5 minutes. */
  hiddenDisconnectMs?: number | undefined;
};

/** An immutable snapshot, and a way to hear of the next one, as `useSyncExternalStore` wants them. */
export type Store<T> = { get: () => T; subscribe: (onChange: () => void) => () => void };

export type Connection = {
  /** `unauthorized`: the token was refused; `getToken` is asked again at `retryAt`. */
  state: "connecting" | "catching_up" | "online" | "offline" | "unauthorized" | "closed";
  /** Milliseconds since 1970, as `retryAt`. */
  since: number;
  retryAt?: number;
  error?: ChatError;
};

export type Inbox = {
  /** Newest activity first. */
  chats: readonly Chat[];
  /** The sum over `chats`. */
  unread: number;
  loaded: boolean;
  /** Whether `loadMoreChats` would bring more. */
  hasMore: boolean;
};

export type Unsent = {
  /** Drafts that are not in the log yet, and were not refused. */
  count: number;
  /** Milliseconds since 1970. */
  oldestAt?: number;
};

export type Diagnostics = {
  /** `custom`: the one that was given. `memory` also when the browser's refused. */
  storage: "indexeddb" | "memory" | "custom";
  /** `leader`: this client holds the socket. */
  role: "leader" | "follower";
  holesFilled: number;
  /** Sends that were repeated because their outcome was unknown. */
  resends: number;
  /** The service's clock minus this one's. */
  serverTimeOffsetMs: number;
};

/** Whether something may be done; if not, why. */
export type May = { ok: true } | { ok: false; code: string; text: string };

/** A message that is not in the log yet. */
export type PendingMessage = {
  chatId: string;
  senderId: string;
  clientMessageId: string;
  type: "text" | "image" | "file";
  content: string;
  attachment?: Attachment;
  /** The file that is to be uploaded. */
  file?: { name: string; mimeType: string; size: number; blob?: Blob };
  createdAt: string;
};

export type Item = {
  /** The same from the echo to the entry. */
  key: string;
  state: "queued" | "uploading" | "sending" | "sent" | "delivered" | "read" | "failed" | "received";
  message: Message | PendingMessage;
  /** Of an upload: 0 to 1. */
  progress?: number;
  /** When it is sent again; milliseconds since 1970. */
  retryAt?: number;
  error?: ChatError;
  /** Of an own message in the log. */
  may?: { edit: May; remove: May };
};

export type ChatView = {
  chat: Chat | null;
  items: readonly Item[];
  hasOlder: boolean;
  /** Every seq from the first item's to this one is there; 0 before the first page. */
  completeTo: number;
  /** The seq of the first message that this person has not read. */
  unreadFrom: number | null;
  otherTyping: boolean;
  /** null: not known, as while the connection is away. */
  otherOnline: boolean | null;
  /** When the other person was last connected, if that is known. */
  otherLastSeenAt: string | null;
  may: { send: May; upload: May };
};

export type Draft =
  | { text: string }
  | { file: Blob; name?: string | undefined; text?: string | undefined }
  | { attachment: Attachment; type: "image" | "file"; text?: string | undefined };

export interface ChatHandle {
  readonly view: Store<ChatView>;
  /** Shows the chat from now on. Counted; released a tick after the last release. */
  open(): () => void;
  /** Loads the page before the first item. */
  loadOlder(count?: number): Promise<void>;
  /** Stores the draft, then sends it until it is in the log. `done` rejects when it is refused or discarded. */
  send(draft: Draft): { key: string; done: Promise<Message> };
  /** Sends a failed draft again. */
  retry(key: string): void;
  /** Forgets a draft. One whose send was under way may still appear. */
  discard(key: string): void;
  edit(seq: number, text: string): Promise<void>;
  remove(seq: number): Promise<void>;
  report(target: { seq: number } | "person", reason: ReportReason, note?: string): Promise<void>;
  /** This person has seen everything up to `seq`; if left out, up to `completeTo`. */
  markRead(seq?: number): void;
  /** Call it at every key press; it ends by itself. */
  setTyping(isTyping: boolean): void;
  mute(until: Date | null): Promise<void>;
  /** An address from which an uploaded file of this chat can be read for some minutes. */
  fileUrl(attachmentId: string): Promise<string>;
}

export interface ChatClient {
  readonly connection: Store<Connection>;
  readonly inbox: Store<Inbox>;
  readonly unsent: Store<Unsent>;
  readonly diagnostics: Store<Diagnostics>;
  /** What the service allows; null before the first connection. */
  readonly rules: Rules | null;
  /** The first subscribe, open or send does it too. */
  connect(): void;
  /** The same object for the same id. */
  chat(chatId: string): ChatHandle;
  loadMoreChats(): Promise<void>;
  /** Closes, and wipes what is stored of this user. */
  signOut(): Promise<void>;
  /** Drafts that are not sent stay stored. `connect` opens it again. */
  close(): Promise<void>;
}
