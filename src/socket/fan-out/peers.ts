import { randomUUID } from "node:crypto";

/**
 * A process that broadcasts says now and then that it lives (a node, which also listens: that it listens), and when it
 * ends that it ends.
 */
export type PeerWord = "alive" | "listens" | "ended";
export type Say = (word: PeerWord, id: string) => void;

const sayEveryMs = 2_000;
const lookEveryMs = 1_000;
const lostAfterMs = 8_000;
// What a lost process had handed to the database may land until the database's own limits are over: an election, and
// a write's wait for the majority.
const lookAgainAfterMs = 15_000;
/** Who was heard in this time may still be listening, silent as it is. */
const listensForMs = 60_000;
/** After so long without a word of another there is none. */
const hearsWithinMs = 5_000;
/** More are not told apart: a bound on what a stranger on the channel could fill. */
const mostPeers = 10_000;

/**
 * Says that this process lives. Being silent without having said that it ended means that it was killed.
 * @returns how to say that it ends
 */
export const sayAlive = (say: Say, word: "alive" | "listens"): (() => void) => {
  const id = randomUUID();
  say(word, id);
  const timer = setInterval(() => say(word, id), sayEveryMs).unref();
  return () => {
    clearInterval(timer);
    say("ended", id);
  };
};

type Parts = {
  /** Whether this node hears the others; what it does not hear says nothing about them. */
  isHearing: () => boolean;
  onLost: () => void;
  /** Another one listens, of which this node did not know while it kept something to itself. */
  onMissed: () => void;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

/**
 * Notices peers that were killed. One killed between saving an entry and telling of it leaves an entry that nobody
 * hears of until the next one makes a hole; so whoever loses a peer lets its clients look into the log.
 *
 * A node that is alone keeps its broadcasts to itself, which saves a sixth of its work. It may learn late that it is
 * not: then the other one is told that it missed something. What was kept was kept before that word is sent, so the
 * other one's clients, who look into the log after it, find all of it.
 */
export const watchPeers = ({ isHearing, onLost, onMissed, now = () => performance.now() }: Parts) => {
  const heardAt = new Map<string, number>();
  const listened = new Map<string, number>();
  let hearingSince: number | null = null;
  let hasKept = false;
  const again = new Set<NodeJS.Timeout>();

  const lose = (): void => {
    onLost();
    const timer = setTimeout(() => {
      again.delete(timer);
      onLost();
    }, lookAgainAfterMs).unref();
    again.add(timer);
  };

  const looking = setInterval(() => {
    if (!isHearing()) hearingSince = null;
    else hearingSince ??= now();
    for (const [id, at] of listened) if (now() - at > listensForMs) listened.delete(id);
    let hasLost = false;
    for (const [id, at] of heardAt) {
      if (!isHearing()) heardAt.set(id, now());
      else if (now() - at > lostAfterMs) hasLost = heardAt.delete(id);
    }
    if (hasLost) lose();
  }, lookEveryMs).unref();

  const listens = (id: string): void => {
    if (!listened.has(id) && hasKept) {
      hasKept = false;
      onMissed();
    }
    listened.set(id, now());
  };

  return {
    hear: (word: PeerWord, id: string): void => {
      if (word === "ended") {
        heardAt.delete(id);
        listened.delete(id);
      } else if (heardAt.has(id) || heardAt.size < mostPeers) {
        heardAt.set(id, now());
        if (word === "listens") listens(id);
      }
    },
    /** Whether no other node listens, so that what is broadcast now may be kept to this one. */
    keepsToItself: (): boolean => {
      const isAlone =
        listened.size === 0 && hearingSince !== null && isHearing() && now() - hearingSince > hearsWithinMs;
      hasKept ||= isAlone;
      return isAlone;
    },
    stop: (): void => {
      clearInterval(looking);
      for (const timer of again) clearTimeout(timer);
    },
  };
};
