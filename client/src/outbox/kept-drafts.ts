import type { PendingDraft } from "./draft.ts";
import { type DraftStorage, memoryStorage } from "./storage.ts";

/** The drafts in the storage. If it refuses, they are kept in memory, and `onFailure` is called. */
export class KeptDrafts {
  readonly #prefix: string;
  readonly #onFailure: () => void;
  #storage: DraftStorage;
  /** The last write of each key: the next one waits for it. */
  readonly #writes = new Map<string, Promise<unknown>>();

  constructor(storage: DraftStorage, prefix: string, onFailure: () => void) {
    this.#storage = storage;
    this.#prefix = prefix;
    this.#onFailure = onFailure;
  }

  get kind(): DraftStorage["kind"] {
    return this.#storage.kind;
  }

  /** The write has begun when this returns. */
  put({ progress: _progress, retryAt: _retryAt, file, ...draft }: PendingDraft): void {
    const text = JSON.stringify({ ...draft, file: file && { ...file, blob: undefined } });
    this.#write(`draft:${draft.clientMessageId}`, ({ texts }, key) => texts.set(key, text));
  }

  putFile(id: string, blob: Blob): void {
    this.#write(`file:${id}`, async ({ texts, takesBlobs }, key) => {
      const value = takesBlobs ? (blob as unknown as string) : await (await import("./files.ts")).toBase64(blob);
      await texts.set(key, value);
    });
  }

  delete(id: string): void {
    for (const kind of ["draft:", "file:"]) this.#write(kind + id, ({ texts }, key) => texts.delete(key));
  }

  /** The file of a draft that was loaded; undefined if it was not stored in time. */
  async file(id: string, type: string): Promise<Blob | undefined> {
    const stored: unknown = await this.#storage.texts.get(`${this.#prefix}file:${id}`);
    return typeof stored === "string" ? (await import("./files.ts")).fromBase64(stored, type) : (stored as Blob);
  }

  /** All drafts, in their order. A send that was under way is to be sent again. */
  async load(): Promise<PendingDraft[]> {
    const { texts } = this.#storage;
    try {
      const keys = await texts.keys(`${this.#prefix}draft:`);
      const stored = await Promise.all(keys.map((key) => texts.get(key)));
      // A draft may have been deleted in between.
      const drafts: PendingDraft[] = stored.filter((text) => text !== undefined).map((text) => JSON.parse(text));
      for (const draft of drafts) if (draft.state !== "failed") draft.state = "queued";
      return drafts.sort((a, b) => a.order - b.order);
    } catch {
      this.#fail();
      return [];
    }
  }

  /** Deletes all that is stored of this user. */
  async wipe(): Promise<void> {
    const { texts } = this.#storage;
    await Promise.all(this.#writes.values());
    for (const key of await texts.keys(this.#prefix)) await texts.delete(key);
  }

  #write(name: string, act: (storage: DraftStorage, key: string) => Promise<unknown>): void {
    const key = this.#prefix + name;
    const before = this.#writes.get(key);
    const begin = (): Promise<unknown> => act(this.#storage, key);
    const written = (before ? before.then(begin) : begin()).catch(() => this.#fail());
    this.#writes.set(key, written);
    void written.then(() => this.#writes.get(key) === written && this.#writes.delete(key));
  }

  #fail(): void {
    this.#storage = memoryStorage();
    this.#onFailure();
  }
}
