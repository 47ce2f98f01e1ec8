const nearEndPx = 48;

/** A row that stays where the person reads, whatever is added, grows or goes above it. */
type Anchor = { row: HTMLElement; topPx: number };

type Parts = {
  scroller: HTMLElement;
  list: HTMLElement;
  /** The person scrolled. */
  onMove: () => void;
};

/**
 * Where the person is in a conversation: at its end, or at a row. Only the person's own scrolling changes that: a composer
 * that grows, a picture that loads, a note and an edit change the sizes, and the place is restored.
 */
export class ReadingPlace {
  readonly #scroller: HTMLElement;
  readonly #list: HTMLElement;
  #anchor: Anchor | null = null;
  #sizes = "";

  constructor({ scroller, list, onMove }: Parts) {
    this.#scroller = scroller;
    this.#list = list;
    scroller.addEventListener("scroll", () => {
      if (this.isHidden) return;
      if (this.#sizes !== this.#sizesNow()) return this.settle();
      this.#note();
      onMove();
    });
    const observer = new ResizeObserver(() => this.settle());
    for (const element of [scroller, ...scroller.children]) observer.observe(element);
  }

  get isAtEnd(): boolean {
    return this.#anchor === null;
  }

  /** On a phone the hidden side is not laid out, and is scrolled to its top when it is shown again. */
  get isHidden(): boolean {
    return this.#scroller.clientHeight === 0;
  }

  /** How many screens are left above what is seen. */
  get screensAbove(): number {
    return this.#scroller.scrollTop / Math.max(1, this.#scroller.clientHeight);
  }

  get screensBelow(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return (scrollHeight - scrollTop) / Math.max(1, clientHeight) - 1;
  }

  /** Restores the place after a change of sizes. */
  settle(): void {
    const scroller = this.#scroller;
    if (this.isHidden) return;
    this.#findAnchor();
    const anchor = this.#anchor;
    const wanted = anchor ? anchor.row.offsetTop - anchor.topPx : scroller.scrollHeight - scroller.clientHeight;
    if (Math.abs(wanted - scroller.scrollTop) >= 1) scroller.scrollTop = wanted;
    this.#sizes = this.#sizesNow();
  }

  toEnd(): void {
    this.#anchor = null;
    this.settle();
  }

  /** Puts a row so far below the upper edge. */
  showRow(row: HTMLElement, topPx: number): void {
    this.#anchor = { row, topPx };
    this.settle();
    // Near the end there is not enough below it.
    if (!this.isHidden) this.#note();
  }

  #sizesNow(): string {
    return `${this.#scroller.scrollHeight} ${this.#scroller.clientHeight}`;
  }

  /** A message that was changed has a new row. */
  #findAnchor(): void {
    const anchor = this.#anchor;
    if (!anchor || anchor.row.isConnected) return;
    const row = this.#list.querySelector<HTMLElement>(`li[data-seq="${anchor.row.dataset["seq"]}"]`);
    if (row) this.#anchor = { row, topPx: anchor.topPx };
    else this.#note();
  }

  #note(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < nearEndPx;
    const row = isNearEnd ? null : firstRowOnScreen(this.#list, scrollTop);
    this.#anchor = row && { row, topPx: row.offsetTop - scrollTop };
  }
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
