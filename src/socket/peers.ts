import { randomUUID } from "node:crypto";

/** A process that broadcasts says now and then that it lives, and when it ends that it ends. */
export type PeerWord = "alive" | "ended";
export type Say = (word: PeerWord, id: string) => void;

const sayEveryMs = 2_000;
const lookEveryMs = 1_000;
const lostAfterMs = 8_000;
// What a lost process had handed to the database may land until the database's own limits are over: an election, and
// a write's wait for the majority.
const lookAgainAfterMs = 15_000;
/** More are not told apart: a bound on what a stranger on the channel could fill. */
const mostPeers = 10_000;

/** Says that this process lives. Being silent without having said that it ended means that it was killed. */
export const sayAlive = (say: Say): { id: string; stop: () => void } => {
  const id = randomUUID();
  say("alive", id);
  const timer = setInterval(() => say("alive", id), sayEveryMs).unref();
  return {
    id,
    stop: () => {
      clearInterval(timer);
      say("ended", id);
    },
  };
};

type Parts = {
  /** Whether this node hears the others; what it does not hear says nothing about them. */
  isHearing: () => boolean;
  onLost: () => void;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

/**
 * Notices peers that were killed. One killed between saving an entry and telling of it leaves an entry that nobody
 * hears of until the next one makes a hole; so whoever loses a peer lets its clients look into the log.
 */
export const watchPeers = ({ isHearing, onLost, now = () => performance.now() }: Parts) => {
  const heardAt = new Map<string, number>();
  const again = new Set<NodeJS.Timeout>();

  const lose = (id: string): void => {
    heardAt.delete(id);
    onLost();
    const timer = setTimeout(() => {
      again.delete(timer);
      onLost();
    }, lookAgainAfterMs).unref();
    again.add(timer);
  };

  const looking = setInterval(() => {
    for (const [id, at] of heardAt) {
      if (!isHearing()) heardAt.set(id, now());
      else if (now() - at > lostAfterMs) lose(id);
    }
  }, lookEveryMs).unref();

  return {
    hear: (word: PeerWord, id: string): void => {
      if (word === "ended") heardAt.delete(id);
      else if (heardAt.has(id) || heardAt.size < mostPeers) heardAt.set(id, now());
    },
    stop: (): void => {
      clearInterval(looking);
      for (const timer of again) clearTimeout(timer);
    },
  };
};
