/** What a client holds of one chat: the messages' ids by seq, and up to where there is no hole. */
export type HeldLog = {
  /** Takes a message in; what is there already stays. */
  add: (message: { seq: number; id: string }) => void;
  /** The last seq of those that follow one another from 1 on. */
  whole: () => number;
  hasHole: () => boolean;
  /** Index 0 is seq 1. */
  ids: () => (string | undefined)[];
};

export const createHeldLog = (): HeldLog => {
  const ids: (string | undefined)[] = [];
  let whole = 0;
  return {
    add: ({ seq, id }) => {
      ids[seq - 1] ??= id;
      while (ids[whole] !== undefined) whole += 1;
    },
    whole: () => whole,
    hasHole: () => whole < ids.length,
    ids: () => Array.from(ids),
  };
};
