import { type TypingWord, type Typist, typingLastsMs, typistKey } from "./typing-words.ts";

/** While typing lasts, it is reported to other nodes once in this time, however often a client sends it. */
const repeatEveryMs = 2_500;
/** This many beginnings are reported at once; after that, beginnings are reported as often as lasting typing. */
const mostBeginsAtOnce = 4;

/** A connection that types; used only as an identity. */
type Device = object;
type Entry = {
  typist: Typist;
  /** The time until which each device counts as typing. */
  devices: Map<Device, number>;
  /** When typing was last reported to the other nodes; null: they know of none. */
  saidAt: number | null;
  /** A device has sent typing since the last report. */
  isRefreshed: boolean;
  /** The allowance for beginnings is used up to this time. */
  paidUntil: number;
};

type Parts = { node: string; say: (word: TypingWord) => void; now: () => number };

/**
 * The typing of this node's sockets, as one state per person and chat: it begins with the first device and ends with the
 * last one. `look` ends what no device refreshed; call it several times a second.
 *
 *     phone begins → say true;  laptop begins, phone ends → nothing;  laptop ends → say false
 */
export const createOwnTyping = ({ node, say, now }: Parts) => {
  const entries = new Map<string, Entry>();
  /** The keys of the states that a device may be in, so that its end need not search all. */
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

  /** Reports what the other nodes do not know yet. */
  const settle = (key: string, entry: Entry, at: number): void => {
    if (entry.devices.size > 0) {
      const isDue =
        entry.saidAt === null ? mayBegin(entry, at) : entry.isRefreshed && at - entry.saidAt >= repeatEveryMs;
      if (isDue) sayOn(entry, at);
      return;
    }
    if (entry.saidAt !== null) say({ ...entry.typist, isTyping: false, from: node });
    entry.saidAt = null;
    // Keep the state until the used allowance is over: otherwise each new beginning would count as the first one.
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
    /** Ends all typing of a device that is gone. */
    endAll: (device: Device): void => {
      for (const key of keysOf.get(device) ?? []) drop(device, key);
    },
    /** Ends typing for every device of this node. `isKnown`: the other nodes know that already. */
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
