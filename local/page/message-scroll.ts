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
  let topPx = 0;

  scroller.addEventListener("scroll", () => {
    const wasAtEnd = isAtEnd;
    const fromEndPx = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    // Content that grew since we scrolled is no person's wish to read above: only going up is.
    if (fromEndPx < nearPx) isAtEnd = true;
    else if (scroller.scrollTop < topPx) isAtEnd = false;
    topPx = scroller.scrollTop;
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
      settle();
    },
    /** Runs `change`, which puts content above, and leaves what the person reads where it is. */
    keepingPlace(change: () => void): void {
      const distancePx = scroller.scrollHeight - scroller.scrollTop;
      change();
      if (isAtEnd) settle();
      else scroller.scrollTop = scroller.scrollHeight - distancePx;
    },
    get canScroll(): boolean {
      return scroller.scrollHeight > scroller.clientHeight;
    },
  };

  function settle(): void {
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  }
}
