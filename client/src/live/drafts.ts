import type { Handle } from "../chat/handle.ts";
import type { Bus } from "../connection/bus.ts";
import type { KeptDrafts } from "../outbox/kept-drafts.ts";
import { restore } from "../outbox/sender.ts";

type Parts = {
  bus: Bus;
  kept: KeptDrafts;
  handles: ReadonlyMap<string, Handle>;
  chat: (chatId: string) => Handle;
  isLeading: () => boolean;
  onRestored: () => void;
};

/** The drafts of all chats, as the tabs and the storage share them. */
export const createDraftSharing = ({ bus, kept, handles, chat, isLeading, onRestored }: Parts) => {
  let isRestored = false;
  return {
    isRestored: () => isRestored,
    /** This tab begins or ends to lead: the one that leads sends what is stored. */
    restore: async (): Promise<void> => {
      isRestored = false;
      if (!isLeading()) return;
      const drafts = await kept.load();
      for (const id of new Set(drafts.map(({ chatId }) => chatId))) {
        const stored = drafts.filter(({ chatId }) => chatId === id);
        restore(chat(id).outbox, stored, (draft) => bus.post("draft", draft));
      }
      isRestored = true;
      onRestored();
    },
    /** To a new tab all of them; to all tabs, after another one leads, those that were written in this tab. */
    introduce: (newTab?: string): void => {
      for (const { outbox } of handles.values())
        for (const draft of outbox.list())
          if (newTab || outbox.isOwn(draft.clientMessageId)) bus.post("draft", draft, newTab);
    },
  };
};
