import { type TypingWord, type Typist, typingLastsMs, typistKey } from "./typing-words.ts";

/** How much later a word of another node may come than this one expects. */
const marginMs = 1_000;
/** A bound on what a stranger in Redis could fill; people beyond it are not heard typing. */
const mostKept = 50_000;

type Entry = {
  typist: Typist;
  /** The nodes on which the person types, each with the time until which that holds without another word of it. */
  nodes: Map<string, number>;
};

type Parts = {
  /** Emits to the sockets of this node. */
  emit: (typist: Typist, isTyping: boolean) => void;
  now: () => number;
};

/**
 * What this node's sockets hear of those who type anywhere. A node that was killed says no more that it is over, so what is
 * not repeated in time ends here as well. An end that comes after that, or twice, is heard by nobody.
 * `look` ends what was not repeated, and is to be called several times a second.
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
    /** Who types there as far as this node knows, on whichever node. */
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
