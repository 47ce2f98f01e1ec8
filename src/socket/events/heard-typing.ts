import { type TypingWord, type Typist, typingLastsMs, typistKey } from "./typing-words.ts";

/** How late another node's message may be. */
const marginMs = 1_000;
/** A limit on what another user of Redis could fill; the typing of people beyond it is not shown. */
const mostKept = 50_000;

type Entry = {
  typist: Typist;
  /** The nodes on which the person types, each with the time when that expires unless it is repeated. */
  nodes: Map<string, number>;
};

type Parts = {
  /** Emits to the sockets of this node. */
  emit: (typist: Typist, isTyping: boolean) => void;
  now: () => number;
};

/**
 * Emits typing on any node to this node's sockets. A killed node cannot report the end of typing, so typing that is not
 * repeated in time ends here as well. A late or repeated end is not emitted.
 * `look` ends what was not repeated; call it several times a second.
 */
export const createHeardTyping = ({ emit, now }: Parts) => {
  const entries = new Map<string, Entry>();

  const settle = (key: string, { typist, nodes }: Entry): void => {
    if (nodes.size > 0) return;
    entries.delete(key);
    emit(typist, false);
  };

  const goesOn = ({ chatId, userId, toUserId }: Typist, from: string): void => {
    const typist = { chatId, userId, toUserId };
    const key = typistKey(typist);
    const entry = entries.get(key) ?? { typist, nodes: new Map() };
    if (!entries.has(key) && entries.size >= mostKept) return;
    entries.set(key, entry);
    entry.nodes.set(from, now() + typingLastsMs + marginMs);
    emit(typist, true);
  };

  return {
    hear: (word: TypingWord): void => {
      if (word.isTyping) {
        if (word.from !== null) goesOn(word, word.from);
        return;
      }
      const key = typistKey(word);
      const entry = entries.get(key);
      if (entry === undefined) return;
      if (word.from === null) entry.nodes.clear();
      else entry.nodes.delete(word.from);
      settle(key, entry);
    },
    /** The typist as far as this node knows, on any node. */
    find: (typist: Pick<Typist, "chatId" | "userId">): Typist | undefined => entries.get(typistKey(typist))?.typist,
    look: (): void => {
      const at = now();
      for (const [key, entry] of entries) {
        for (const [node, until] of entry.nodes) if (until <= at) entry.nodes.delete(node);
        settle(key, entry);
      }
    },
  };
};
