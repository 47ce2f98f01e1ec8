import type { Message } from "../../src/chat/log/entry.ts";
import { digest } from "./history.ts";

/** What a client holds of one chat: the messages' ids by seq, and up to where there is no hole. */
export type HeldLog = {
  /** Takes a message in; what is there already stays. */
  add: (message: Pick<Message, "seq" | "id" | "content" | "system">) => void;
  /** The last seq of those that follow one another from 1 on. */
  whole: () => number;
  hasHole: () => boolean;
  /** Index 0 is seq 1. */
  ids: () => (string | undefined)[];
  /** What it shows of each message, by the entries alone: the text of the newest change, where there is one. */
  shown: () => (string | undefined)[];
};

export const createHeldLog = (): HeldLog => {
  const ids: (string | undefined)[] = [];
  const texts: string[] = [];
  /** The newest change of each message, by the message's seq. */
  const changes = new Map<number, { seq: number; text: string; deleted: boolean }>();
  let whole = 0;
  return {
    add: ({ seq, id, content, system }) => {
      texts[seq - 1] ??= digest(content);
      if (system !== undefined && "target" in system) {
        const known = changes.get(system.target);
        const deleted = system.event === "message_deleted";
        if (known === undefined || seq > known.seq) changes.set(system.target, { seq, text: digest(content), deleted });
      }
      ids[seq - 1] ??= id;
      while (ids[whole] !== undefined) whole += 1;
    },
    whole: () => whole,
    hasHole: () => whole < ids.length,
    ids: () => Array.from(ids),
    shown: () => ids.map((_, index) => changes.get(index + 1)?.text ?? texts[index]),
  };
};
