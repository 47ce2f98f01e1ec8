import { chatError, failure, noAnswer } from "../errors.ts";
import type { Message } from "../wire.ts";
import { knowOrder, type PendingDraft } from "./draft.ts";
import type { KeptDrafts } from "./kept-drafts.ts";

/** Of the drafts that have left, so many are remembered. */
const mostGone = 500;

/** What sends the drafts of a chat, once the part that talks to the service is loaded. */
export type Sender = {
  isLeading: () => boolean;
  /** There may be something to send. */
  poke: () => void;
  /** The same, and a pause is over. */
  run: () => void;
  /** A draft has left; `isFirst`: it was the one to be sent next. */
  left: (key: string, isFirst: boolean) => void;
};

export type QueueParts = {
  userId: string;
  kept: KeptDrafts;
  /** To all tabs, this one too; or to one. */
  post: (kind: string, value: unknown, to?: string) => void;
  /** The service's time. */
  now: () => number;
  sender: () => Sender | undefined;
  onChange: () => void;
};

export const isUnsent = ({ state }: PendingDraft): boolean => state !== "failed";

/** Drafts in their order. */
const createDrafts = () => {
  let list: readonly PendingDraft[] = [];
  const find = (key: string): PendingDraft | undefined => list.find(({ clientMessageId }) => clientMessageId === key);
  const without = (key: string): PendingDraft[] => list.filter(({ clientMessageId }) => clientMessageId !== key);
  return {
    list: () => list,
    find,
    put: (draft: PendingDraft): void => {
      const known = find(draft.clientMessageId);
      knowOrder(draft.order);
      list =
        known?.order === draft.order
          ? list.map((each) => (each === known ? draft : each))
          : [...without(draft.clientMessageId), draft].sort((one, other) => one.order - other.order);
    },
    remove: (key: string): void => {
      list = without(key);
    },
  };
};

/**
 * One chat's drafts, of all tabs. Each tab knows all of them; the one that leads sends them one after the other, and
 * repeats each under its first clientMessageId until it is in the log. `onEnd`: a draft is in the log, or is refused.
 */
export const createQueue = (parts: QueueParts, onEnd: (key: string, end: Message | Error) => void) => {
  const { userId, kept, post, sender, onChange } = parts;
  const { list, find, ...drafts } = createDrafts();
  /** Drafts that have left: what another tab still says of them is late. */
  const gone = new Set<string>();
  const first = (): PendingDraft | undefined => list().find(isUnsent);
  const remove = (key: string, end: Message | Error): void => {
    onEnd(key, end);
    if (!find(key)) return;
    const isFirst = first()?.clientMessageId === key;
    drafts.remove(key);
    if (gone.size > mostGone) gone.clear();
    gone.add(key);
    kept.delete(key);
    onChange();
    sender()?.left(key, isFirst);
  };
  return {
    list,
    find,
    /** The one that is sent next. */
    first,
    isGone: (key: string): boolean => gone.has(key),
    /** An entry is in the log; whichever of ack and event comes first. */
    heard: (message: Message): void => {
      if (message.senderId === userId) remove(message.clientMessageId ?? "", message);
    },
    discarded: (key: string): void => remove(key, failure("discarded", "This message was discarded.")),
    /** A tab says how a draft is now. */
    noted: (draft: PendingDraft, isOwn: boolean): void => {
      const key = draft.clientMessageId;
      const known = find(key);
      // The one that leads knows better, but for what it has given up.
      if (gone.has(key) || (!isOwn && known && isUnsent(known) && sender()?.isLeading())) return;
      drafts.put(draft);
      if (!isUnsent(draft)) onEnd(key, chatError(draft.error ?? noAnswer()));
      onChange();
      sender()?.poke();
    },
    /** Posts it to every tab, this one too. @returns undefined if it has left */
    update: (key: string, next: Partial<PendingDraft>, isStored = false): PendingDraft | undefined => {
      const draft = find(key);
      const updated = draft && { ...draft, progress: undefined, retryAt: undefined, error: undefined, ...next };
      if (updated && isStored) kept.put(updated);
      if (updated) post("draft", updated);
      return updated;
    },
  };
};
