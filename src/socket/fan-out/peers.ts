import { randomUUID } from "node:crypto";

/**
 * A process that broadcasts announces regularly that it is alive (a node, which also receives, announces `listens`), and
 * announces its end.
 */
export type PeerWord = "alive" | "listens" | "ended";
export type Say = (word: PeerWord, id: string) => void;

const sayEveryMs = 2_000;
const lookEveryMs = 1_000;
const lostAfterMs = 8_000;
// Writes of a lost process may still be stored until the database's own limits are over: an election, and a write's wait
// for the majority.
const lookAgainAfterMs = 15_000;
/** A node that was heard within this time may still be listening, even if it is silent. */
const listensForMs = 60_000;
/** If no other node was heard for this long, there is none. */
const hearsWithinMs = 5_000;
/** The most peers that are kept: a limit on what a stranger on the channel could fill. */
const mostPeers = 10_000;

/**
 * Announces that this process is alive. A process that falls silent without announcing its end was killed.
 * @returns a function that announces the end
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
  /** Whether this node receives messages of others; if not, their silence means nothing. */
  isHearing: () => boolean;
  onLost: () => void;
  /** Called when another node listens that this node did not know of while it did not publish its broadcasts. */
  onMissed: () => void;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
};

/**
 * Notices peers that were killed. A process that is killed between saving an entry and broadcasting it leaves an entry
 * that clients only notice as a hole before the next one. So a node that loses a peer makes its clients read the log.
 *
 * A node without peers does not publish its broadcasts, which saves a sixth of its work. It may learn late that it has a
 * peer: then it notifies that peer that it missed something. The unpublished entries were saved before this notification,
 * so the peer's clients, which read the log after it, find all of them.
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
    /** Whether no other node listens, so that broadcasts need not be published now. */
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
