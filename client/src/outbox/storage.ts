import type { ClientStorage, Diagnostics } from "../types.ts";

/** A storage, its kind, and whether it takes a Blob as it is. */
export type DraftStorage = { kind: Diagnostics["storage"]; texts: ClientStorage; takesBlobs?: boolean };

const memoryStorage = (): DraftStorage => {
  const texts = new Map<string, string>();
  return {
    kind: "memory",
    takesBlobs: true,
    texts: {
      get: async (key) => texts.get(key),
      set: async (key, value) => void texts.set(key, value),
      delete: async (key) => void texts.delete(key),
      keys: async (prefix) => [...texts.keys()].filter((key) => key.startsWith(prefix)),
    },
  };
};

const table = "texts";

/** One database for all users of the page; keys begin with the user. */
const indexedDbStorage = (): DraftStorage => {
  let opened: IDBDatabase | undefined;
  // A tab that is killed while the database opens has its drafts here.
  const early: Storage | undefined = globalThis.localStorage;
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("lyvo-chat", 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(table));
    request.addEventListener("error", reject);
    request.addEventListener("success", () => {
      opened = request.result;
      resolve(opened);
      for (const key of Object.keys(early ?? {}).filter((each) => each.startsWith("lyvo-chat:"))) {
        const value = early?.getItem(key);
        void run((store) => store.put(value, key)).then(() => early?.removeItem(key));
      }
    });
  });
  opening.catch(() => {});

  const begin = <T>(database: IDBDatabase, act: (store: IDBObjectStore) => IDBRequest): Promise<T> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(table, "readwrite");
      const request = act(transaction.objectStore(table));
      transaction.addEventListener("complete", () => resolve(request.result));
      transaction.addEventListener("abort", reject);
      transaction.commit();
    });
  /** At once if the database is open: a write that has begun survives its tab. */
  const run = async <T>(act: (store: IDBObjectStore) => IDBRequest): Promise<T> =>
    begin(opened ?? (await opening), act);
  return {
    kind: "indexeddb",
    takesBlobs: true,
    texts: {
      get: (key) => run((store) => store.get(key)),
      set: (key, value) => {
        if (!opened && typeof value === "string") early?.setItem(key, value);
        return run((store) => store.put(value, key));
      },
      delete: (key) => {
        if (!opened) early?.removeItem(key);
        return run((store) => store.delete(key));
      },
      keys: (prefix) => run((store) => store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
    },
  };
};

export const chooseStorage = (given: ClientStorage | "memory" | undefined): DraftStorage => {
  if (given && given !== "memory") return { kind: "custom", texts: given };
  return given || !globalThis.indexedDB ? memoryStorage() : indexedDbStorage();
};
