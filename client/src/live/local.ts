import type { Handle } from "../chat/handle.ts";
import type { Bus, Notes } from "../connection/bus.ts";
import type { KeptDrafts } from "../outbox/kept-drafts.ts";
import type { ChangingStore } from "../store.ts";
import type { ChatClientOptions, Connection, Diagnostics, Inbox, Unsent } from "../types.ts";

/** What is there before the client is connected. */
export type Local = {
  options: ChatClientOptions;
  userId: string;
  url: string;
  bus: Bus;
  notes: Notes;
  kept: KeptDrafts;
  handles: ReadonlyMap<string, Handle>;
  chat: (chatId: string) => Handle;
  stores: {
    connection: ChangingStore<Connection>;
    inbox: ChangingStore<Inbox>;
    unsent: ChangingStore<Unsent>;
    diagnostics: ChangingStore<Diagnostics>;
  };
  become: (connection: Connection) => void;
  isClosed: () => boolean;
  connectOnce: () => void;
};
