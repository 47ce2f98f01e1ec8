import { within } from "../within.ts";
import type { PendingDraft } from "./draft.ts";
import type { DraftStorage } from "./storage.ts";

/** A storage that hangs holds nothing up for longer. */
const patienceMs = 3_000;

/** The drafts in the storage. What it refuses is in memory alone; `onFailure` is called then. */
export class KeptDrafts {
  readonly #prefix: string;
  readonly #onFailure: () => void;
  readonly #storage: DraftStorage;
  /** The last write of each key: the next one waits for it. */
  readonly #writes = new Map<string, Promise<unknown>>();
  #hasFailed = false;

  constructor(storage: DraftStorage, prefix: string, onFailure: () => void) {
    this.#storage = storage;
    this.#prefix = prefix;
    this.#onFailure = onFailure;
  }

  get kind(): DraftStorage["kind"] {
    return this.#hasFailed ? "memory" : this.#storage.kind;
  }

  /** The write has begun when this returns. */
  put({ progress: _progress, retryAt: _retryAt, file, ...draft }: PendingDraft): void {
    const text = JSON.stringify({ ...draft, file: file && { ...file, blob: undefined } });
    this.#write(`draft:${draft.clientMessageId}`, (key) => this.#storage.texts.set(key, text));
  }

  putFile(id: string, blob: Blob): void {
    const { texts, takesBlobs } = this.#storage;
    this.#write(`file:${id}`, async (key) => {
      await texts.set(key, takesBlobs ? (blob as never) : await (await import("./files.ts")).toBase64(blob));
    });
  }

  delete(id: string): void {
    for (const kind of ["draft:", "file:"]) this.#write(kind + id, (key) => this.#storage.texts.delete(key));
  }

  /** The file of a draft that was loaded; undefined if it was not stored in time. */
  async file(id: string, type: string): Promise<Blob | undefined> {
    const stored: unknown = await this.#storage.texts.get(`${this.#prefix}file:${id}`);
    return typeof stored === "string" ? (await import("./files.ts")).fromBase64(stored, type) : (stored as Blob);
  }

  /** All drafts, in their order. A send that was under way is to be sent again. */
  async load(): Promise<PendingDraft[]> {
    const { texts } = this.#storage;
    const drafts: PendingDraft[] = [];
    try {
      for (const key of await texts.keys(`${this.#prefix}draft:`)) {
        const text = await texts.get(key);
        try {
          const draft = JSON.parse(text ?? "");
          drafts.push(draft.state === "failed" ? draft : { ...draft, state: "queued" });
        } catch {
          // Deleted in between, or damaged: the others are not.
        }
      }
    } catch {
      this.#fail();
    }
    return drafts.sort((a, b) => a.order - b.order);
  }

  /** Resolves when what was written is stored, or the storage hangs. */
  settled(): Promise<unknown> {
    return within(patienceMs, Promise.all(this.#writes.values()));
  }

  /** Deletes all that is stored of this user. */
  async wipe(): Promise<void> {
    const { texts } = this.#storage;
    await this.settled();
    const wiping = async (): Promise<void> => {
      for (const key of await texts.keys(this.#prefix)) await texts.delete(key);
    };
    await within(patienceMs, wiping());
  }

  #write(name: string, act: (key: string) => Promise<unknown>): void {
    const key = this.#prefix + name;
    const begin = async (): Promise<unknown> => act(key);
    const written = (this.#writes.get(key)?.then(begin) ?? begin()).catch(() => this.#fail());
    this.#writes.set(key, written);
    void written.then(() => this.#writes.get(key) === written && this.#writes.delete(key));
  }

  #fail(): void {
    this.#hasFailed = true;
    this.#onFailure();
  }
}
