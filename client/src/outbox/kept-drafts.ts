import { within } from "../timing.ts";
import type { PendingDraft } from "./draft.ts";
import type { DraftStorage } from "./storage.ts";

/** A storage that hangs holds nothing up for longer. */
const patienceMs = 3_000;

export type KeptDrafts = ReturnType<typeof keepDrafts>;

const toBase64 = async (blob: Blob): Promise<string> => {
  let text = "";
  const bytes = new Uint8Array(await blob.arrayBuffer());
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
};

/** The drafts in the storage. What it refuses is in memory alone; `onFailure` is called then. */
export const keepDrafts = ({ kind, texts, takesBlobs }: DraftStorage, prefix: string, onFailure: () => void) => {
  /** The last write of each key: the next one waits for it. */
  const writes = new Map<string, Promise<unknown>>();
  let hasFailed = false;
  const fail = (): void => {
    hasFailed = true;
    onFailure();
  };
  /** It has begun when this returns. */
  const write = (name: string, act: (key: string) => Promise<unknown>): void => {
    const key = prefix + name;
    const begin = async (): Promise<unknown> => act(key);
    const written = (writes.get(key)?.then(begin) ?? begin()).catch(fail);
    writes.set(key, written);
    void written.then(() => writes.get(key) === written && writes.delete(key));
  };
  const remove = (key: string): Promise<void> => texts.delete(key);
  /** Resolves when what was written is stored, or the storage hangs. */
  const settled = (): Promise<unknown> => within(patienceMs, Promise.all(writes.values()));
  return {
    kind: () => (hasFailed ? "memory" : kind),
    put: ({ progress: _progress, retryAt: _retryAt, file, ...draft }: PendingDraft): void => {
      const text = JSON.stringify({ ...draft, file: file && { ...file, blob: undefined } });
      write(`draft:${draft.clientMessageId}`, (key) => texts.set(key, text));
    },
    putFile: (id: string, blob: Blob): void =>
      write(`file:${id}`, async (key) => texts.set(key, takesBlobs ? (blob as never) : await toBase64(blob))),
    delete: (id: string): void => {
      write(`draft:${id}`, remove);
      write(`file:${id}`, remove);
    },
    /** The file of a draft that was loaded, as it was stored; undefined if it was not stored in time. */
    file: (id: string): Promise<string | Blob | undefined> => texts.get(`${prefix}file:${id}`),
    /** All drafts, in their order. A send that was under way is to be sent again. */
    load: async (): Promise<PendingDraft[]> => {
      const drafts: PendingDraft[] = [];
      const read = async (key: string): Promise<void> => {
        try {
          const draft = JSON.parse((await texts.get(key)) ?? "");
          drafts.push(draft.state === "failed" ? draft : { ...draft, state: "queued" });
        } catch {
          // Deleted in between, or damaged: the others are not.
        }
      };
      // A storage that hangs does not hold up what is written now.
      const all = async (): Promise<unknown> => Promise.all((await texts.keys(`${prefix}draft:`)).map(read));
      await within(patienceMs, all()).catch(fail);
      return drafts.sort((one, other) => one.order - other.order);
    },
    settled,
    /** Deletes all that is stored of this user. */
    wipe: async (): Promise<void> => {
      await settled();
      const all = async (): Promise<unknown> => Promise.all((await texts.keys(prefix)).map(remove));
      await within(patienceMs, all());
    },
  };
};
