const nearPx = 48;
const olderFromPx = 120;

/** Keeps a conversation at its newest message while the person is there, and in place while the person reads above. */
export function createMessageScroll({
  scroller,
  onReachTop,
  onMove,
}: {
  scroller: HTMLElement;
  onReachTop: () => void;
  /** The person reached the newest message, or left it. */
  onMove: () => void;
}) {
  let isAtEnd = true;
  let isHidden = true;
  let topPx = 0;

  scroller.addEventListener("scroll", () => {
    const wasAtEnd = isAtEnd;
    look();
    if (scroller.scrollTop < olderFromPx) onReachTop();
    if (wasAtEnd !== isAtEnd) onMove();
  });
  // A picture that has just come in, a growing composer and a phone's keyboard all push the newest message out of sight.
  const sizes = new ResizeObserver(settle);
  for (const element of [scroller, ...scroller.children]) sizes.observe(element);

  return {
    get isAtEnd(): boolean {
      return isAtEnd;
    },
    settle,
    toEnd(): void {
      isAtEnd = true;
      topPx = 0;
      settle();
    },
    /** Runs `change`, which puts content above, and leaves what the person reads where it is. */
    keepingPlace(change: () => void): void {
      const fromBottomPx = scroller.scrollHeight - scroller.scrollTop;
      change();
      scroller.scrollTop = scroller.scrollHeight - fromBottomPx;
      topPx = scroller.scrollTop;
    },
    get canScroll(): boolean {
      return scroller.scrollHeight > scroller.clientHeight;
    },
  };

  /** Content that grew is no person's wish to read above: only going up is. */
  function look(): void {
    const fromEndPx = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (fromEndPx < nearPx) isAtEnd = true;
    else if (scroller.scrollTop < topPx) isAtEnd = false;
    topPx = scroller.scrollTop;
  }

  function settle(): void {
    // The other side of a phone's page is not laid out, and comes back scrolled to its top.
    const wasHidden = isHidden;
    isHidden = scroller.clientHeight === 0;
    if (isHidden) return;
    // A scroll tells of itself a frame later; until then a person must not be dragged back to the end.
    if (!wasHidden) look();
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
    topPx = scroller.scrollTop;
  }
}
