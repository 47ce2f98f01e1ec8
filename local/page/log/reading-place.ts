const nearEndPx = 48;

/** A row that stays where the person reads, whatever is added, grows or goes above it. */
type Anchor = { row: HTMLElement; topPx: number };

/**
 * Where the person is in a conversation: at its end, or at a row. Only the person's own scrolling changes that: a composer
 * that grows, a picture that loads, a note and an edit change the sizes, and the place is restored.
 */
export function createReadingPlace({
  scroller,
  list,
  onMove,
}: {
  scroller: HTMLElement;
  list: HTMLElement;
  /** The person scrolled. */
  onMove: () => void;
}) {
  let anchor: Anchor | null = null;
  let sizes = "";

  const sizesNow = (): string => `${scroller.scrollHeight} ${scroller.clientHeight}`;
  const isHidden = (): boolean => scroller.clientHeight === 0;
  const topOf = (row: HTMLElement): number => row.offsetTop - scroller.scrollTop;

  /** Restores the place after a change of sizes. */
  const settle = (): void => {
    // On a phone the hidden side is not laid out, and is scrolled to its top when it is shown again.
    if (isHidden()) return;
    if (anchor && !anchor.row.isConnected) note();
    const wanted = anchor ? anchor.row.offsetTop - anchor.topPx : scroller.scrollHeight - scroller.clientHeight;
    if (Math.abs(wanted - scroller.scrollTop) >= 1) scroller.scrollTop = wanted;
    sizes = sizesNow();
  };

  const note = (): void => {
    const fromEndPx = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const row = fromEndPx < nearEndPx ? null : firstRowOnScreen(list, scroller.scrollTop);
    anchor = row && { row, topPx: topOf(row) };
  };

  scroller.addEventListener("scroll", () => {
    if (isHidden()) return;
    if (sizes !== sizesNow()) return settle();
    note();
    onMove();
  });
  const observer = new ResizeObserver(settle);
  for (const element of [scroller, ...scroller.children]) observer.observe(element);

  return {
    get isAtEnd(): boolean {
      return anchor === null;
    },
    settle,
    toEnd(): void {
      anchor = null;
      settle();
    },
    /** Puts a row so far below the upper edge. */
    showRow(row: HTMLElement, topPx: number): void {
      anchor = { row, topPx };
      settle();
      // Near the end there is not enough below it.
      if (!isHidden()) note();
    },
    /** Screens that are left above and below what is seen. */
    screensAbove: (): number => scroller.scrollTop / Math.max(1, scroller.clientHeight),
    screensBelow: (): number => (scroller.scrollHeight - scroller.scrollTop) / Math.max(1, scroller.clientHeight) - 1,
    get isHidden(): boolean {
      return isHidden();
    },
  };
}

/** The first row that begins on the screen; if one row fills it, that one. */
function firstRowOnScreen(list: HTMLElement, topPx: number): HTMLElement | null {
  const rows = list.querySelectorAll<HTMLElement>("li");
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.offsetTop ?? 0) >= topPx) high = middle;
    else low = middle + 1;
  }
  return rows[low] ?? null;
}

/** The seq of the lowest row that was on the screen whole, or fills it; 0: none. */
export function lowestSeenSeq(scroller: HTMLElement, list: HTMLElement): number {
  const [topPx, endPx] = [scroller.scrollTop, scroller.scrollTop + scroller.clientHeight];
  const rows = list.querySelectorAll<HTMLElement>("li[data-seq]");
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (!row || row.offsetTop >= endPx) continue;
    const isWhole = row.offsetTop + row.offsetHeight <= endPx + 1;
    if (isWhole || row.offsetTop <= topPx) return Number(row.dataset["seq"]);
  }
  return 0;
}
