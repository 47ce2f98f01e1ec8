import { noReports, type TypingReports, takeDueReport } from "./typing-reports.ts";
import { type TypingWord, type Typist, typingLastsMs, typistKey } from "./typing-words.ts";

/** A connection that types; used only as an identity. */
type Device = object;
type Entry = {
  typist: Typist;
  /** The time until which each device counts as typing. */
  devices: Map<Device, number>;
  reports: TypingReports;
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

  /** Reports what the other nodes do not know yet. */
  const settle = (key: string, { typist, devices, reports }: Entry, at: number): void => {
    const isTyping = devices.size > 0;
    const due = takeDueReport(reports, isTyping, at);
    if (due !== null) say({ ...typist, isTyping: due, from: node });
    // Keep the state until the used allowance is over: otherwise each new beginning would count as the first one.
    if (!isTyping && reports.paidUntil <= at) entries.delete(key);
  };

  const drop = (device: Device, key: string): void => {
    keysOf.get(device)?.delete(key);
    const entry = entries.get(key);
    if (entry?.devices.delete(device)) settle(key, entry, now());
  };

  return {
    begin: (device: Device, typist: Typist): void => {
      const key = typistKey(typist);
      const entry = entries.get(key) ?? { typist, devices: new Map(), reports: noReports() };
      entries.set(key, entry);
      const keys = keysOf.get(device) ?? new Set();
      keysOf.set(device, keys.add(key));
      entry.devices.set(device, now() + typingLastsMs);
      entry.reports.isRefreshed = true;
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
      if (isKnown) entry.reports.reportedAt = null;
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
