/** So many rows are in the page at most. */
const mostRows = 150;
const firstRows = 60;
const step = 50;

type Keyed = { readonly key: string };

/**
 * Which part of a chat's items is in the page: at most 150 of them, so that a long history costs no more than a short one.
 * Its ends are kept by their items' keys, since older pages come in front of them.
 *
 *     begin, 5,000 items  →  4,940 … 5,000     older()  →  4,890 … 5,000     older(), older()  →  4,790 … 4,940
 */
export function createWindow<Item extends Keyed>() {
  let all: readonly Item[] = [];
  let from = 0;
  let to = 0;
  /** The newest item is in it, and what comes later will be. */
  let isPinned = true;

  const moveTo = (nextFrom: number, nextTo: number): boolean => {
    const before = [from, to];
    from = Math.max(0, nextFrom);
    to = Math.min(all.length, nextTo);
    isPinned = to === all.length;
    return before[0] !== from || before[1] !== to;
  };

  return {
    /** Takes the chat's items as they are now. `mayTrim`: nobody reads at its upper end. */
    update(items: readonly Item[], mayTrim: boolean): void {
      if (items === all) return;
      const [first, last] = [all[from]?.key, all[to - 1]?.key];
      const wasEmpty = all.length === 0;
      all = items;
      if (wasEmpty) return void moveTo(all.length - firstRows, all.length);
      const start = all.findIndex(({ key }) => key === first);
      const end = isPinned ? all.length : all.findLastIndex(({ key }) => key === last) + 1;
      if (start < 0 || end <= start) return void moveTo(all.length - firstRows, all.length);
      moveTo(mayTrim && isPinned ? Math.max(start, end - mostRows) : start, end);
    },
    begin(): void {
      all = [];
      from = to = 0;
      isPinned = true;
    },
    items: (): readonly Item[] => all.slice(from, to),
    /** The item before the window, for what depends on a row's neighbour. */
    before: (): Item | undefined => all[from - 1],
    get isPinned(): boolean {
      return isPinned;
    },
    /** How many items are above it. */
    get above(): number {
      return from;
    },
    /** @returns whether rows were added above */
    older: (): boolean => from > 0 && moveTo(from - step, Math.min(to, from - step + mostRows)),
    /** @returns whether rows were added below */
    newer: (): boolean => !isPinned && moveTo(Math.max(from, to + step - mostRows), to + step),
    toEnd: (): boolean => !isPinned && moveTo(all.length - firstRows, all.length),
    /** Puts the first item that `isIt` finds into the window, with some before it. @returns whether there is one */
    toItem(isIt: (item: Item) => boolean): Item | null {
      const index = all.findIndex(isIt);
      const item = all[index];
      if (item === undefined) return null;
      if (index < from || index >= to) moveTo(index - step, index - step + mostRows);
      return item;
    },
  };
}
