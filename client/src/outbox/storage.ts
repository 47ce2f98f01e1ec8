import type { ClientStorage, Diagnostics } from "../types.ts";

/** A storage, its kind, and whether it takes a Blob as it is. */
export type DraftStorage = { kind: Diagnostics["storage"]; texts: ClientStorage; takesBlobs?: boolean };

export const memoryStorage = (): DraftStorage => {
  const texts = new Map<string, string>();
  return {
    kind: "memory",
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
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("lyvo-chat", 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(table));
    request.addEventListener("error", reject);
    request.addEventListener("success", () => resolve((opened = request.result)));
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
  const run = <T>(act: (store: IDBObjectStore) => IDBRequest): Promise<T> =>
    opened ? begin(opened, act) : opening.then((database) => begin(database, act));
  return {
    kind: "indexeddb",
    takesBlobs: true,
    texts: {
      get: (key) => run((store) => store.get(key)),
      set: (key, value) => run((store) => store.put(value, key)),
      delete: (key) => run((store) => store.delete(key)),
      keys: (prefix) => run((store) => store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
    },
  };
};

export const chooseStorage = (given: ClientStorage | "memory" | undefined): DraftStorage => {
  if (given && given !== "memory") return { kind: "custom", texts: given };
  return given || !globalThis.indexedDB ? memoryStorage() : indexedDbStorage();
};
