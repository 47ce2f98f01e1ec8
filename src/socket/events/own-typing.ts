import { type TypingWord, type Typist, typingLastsMs, typistKey } from "./typing-words.ts";

/** While it goes on the others hear of it once in so long, however often a client says it. */
const repeatEveryMs = 2_500;
/** Somebody who stops and begins again and again is heard so often at once, then as often as somebody who goes on. */
const mostBeginsAtOnce = 4;

/** A connection that types; only its identity counts. */
type Device = object;
type Entry = {
  typist: Typist;
  /** Until when each device counts as typing. */
  devices: Map<Device, number>;
  /** When the others last heard that it goes on; null: they know of none. */
  saidAt: number | null;
  /** Something new came in since. */
  isRefreshed: boolean;
  /** Beginnings are paid for up to this time. */
  paidUntil: number;
};

type Parts = { node: string; say: (word: TypingWord) => void; now: () => number };

/**
 * What the sockets of this node type, as one state for a person and a chat: it begins with the first device and ends with
 * the last one. `look` ends what nobody refreshed, and is to be called several times a second.
 *
 *     phone begins → say true;  laptop begins, phone ends → nothing;  laptop ends → say false
 */
export const createOwnTyping = ({ node, say, now }: Parts) => {
  const entries = new Map<string, Entry>();
  /** The keys of the entries a device may be in, so that its end need not look through all. */
  const keysOf = new WeakMap<Device, Set<string>>();

  const mayBegin = (entry: Entry, at: number): boolean => {
    const paidUntil = Math.max(entry.paidUntil, at) + repeatEveryMs;
    if (paidUntil - at > mostBeginsAtOnce * repeatEveryMs) return false;
    entry.paidUntil = paidUntil;
    return true;
  };

  const sayOn = (entry: Entry, at: number): void => {
    entry.saidAt = at;
    entry.isRefreshed = false;
    say({ ...entry.typist, isTyping: true, from: node });
  };

  /** Says what the others do not know yet. */
  const settle = (key: string, entry: Entry, at: number): void => {
    if (entry.devices.size > 0) {
      const isDue =
        entry.saidAt === null ? mayBegin(entry, at) : entry.isRefreshed && at - entry.saidAt >= repeatEveryMs;
      if (isDue) sayOn(entry, at);
      return;
    }
    if (entry.saidAt !== null) say({ ...entry.typist, isTyping: false, from: node });
    entry.saidAt = null;
    // What was paid for is kept until it is over: otherwise each new beginning would be a first one.
    if (entry.paidUntil <= at) entries.delete(key);
  };

  const drop = (device: Device, key: string): void => {
    keysOf.get(device)?.delete(key);
    const entry = entries.get(key);
    if (entry?.devices.delete(device)) settle(key, entry, now());
  };

  return {
    begin: (device: Device, typist: Typist): void => {
      const key = typistKey(typist);
      const entry = entries.get(key) ?? { typist, devices: new Map(), saidAt: null, isRefreshed: false, paidUntil: 0 };
      entries.set(key, entry);
      const keys = keysOf.get(device) ?? new Set();
      keysOf.set(device, keys.add(key));
      entry.devices.set(device, now() + typingLastsMs);
      entry.isRefreshed = true;
      settle(key, entry, now());
    },
    end: (device: Device, typist: Pick<Typist, "chatId" | "userId">): void => drop(device, typistKey(typist)),
    /** The device is gone. */
    endAll: (device: Device): void => {
      for (const key of keysOf.get(device) ?? []) drop(device, key);
    },
    /** It is over for every device of this node. `isKnown`: the others know that already. */
    over: (typist: Pick<Typist, "chatId" | "userId">, { isKnown }: { isKnown: boolean }): void => {
      const key = typistKey(typist);
      const entry = entries.get(key);
      if (entry === undefined) return;
      entry.devices.clear();
      if (isKnown) entry.saidAt = null;
      settle(key, entry, now());
    },
    look: (): void => {
      const at = now();
      for (const [key, entry] of entries) {
        for (const [device, until] of entry.devices) {
          if (until > at) continue;
          entry.devices.delete(device);
          keysOf.get(device)?.delete(key);
        }
        settle(key, entry, at);
      }
    },
  };
};
