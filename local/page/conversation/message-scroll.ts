const nearPx = 48;
const olderFromPx = 120;

/** Where the person is in a conversation: at its newest message, or reading above. */
function createReadingPlace(scroller: HTMLElement) {
  let isAtEnd = true;
  let isHidden = true;
  let topPx = 0;

  /** Growing content does not mean that the person reads above; only scrolling up does. */
  const look = (): void => {
    const fromEndPx = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (fromEndPx < nearPx) isAtEnd = true;
    else if (scroller.scrollTop < topPx) isAtEnd = false;
    topPx = scroller.scrollTop;
  };

  const settle = (): void => {
    // On a phone the hidden side is not laid out, and is scrolled to its top when it is shown again.
    const wasHidden = isHidden;
    isHidden = scroller.clientHeight === 0;
    if (isHidden) return;
    // The scroll event comes one frame later; until then the person must not be moved back to the end.
    if (!wasHidden) look();
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
    topPx = scroller.scrollTop;
  };

  return {
    get isAtEnd(): boolean {
      return isAtEnd;
    },
    /** Notes where the person has scrolled to. */
    look,
    /** Goes to the newest message if the person is there. */
    settle,
    toEnd: (): void => {
      isAtEnd = true;
      topPx = 0;
      settle();
    },
    moveTo(px: number): void {
      scroller.scrollTop = px;
      topPx = scroller.scrollTop;
    },
  };
}

/** Keeps a conversation scrolled to the newest message while the person is there, and in place while the person reads above. */
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
  const place = createReadingPlace(scroller);
  scroller.addEventListener("scroll", () => {
    const wasAtEnd = place.isAtEnd;
    place.look();
    if (scroller.scrollTop < olderFromPx) onReachTop();
    if (wasAtEnd !== place.isAtEnd) onMove();
  });
  // A picture that has just loaded, a growing composer and a phone's keyboard all push the newest message out of view.
  const sizes = new ResizeObserver(place.settle);
  for (const element of [scroller, ...scroller.children]) sizes.observe(element);

  return {
    get isAtEnd(): boolean {
      return place.isAtEnd;
    },
    settle: place.settle,
    toEnd: place.toEnd,
    /** Runs `change`, which adds content above, and keeps what the person reads in place. */
    keepingPlace(change: () => void): void {
      const fromBottomPx = scroller.scrollHeight - scroller.scrollTop;
      change();
      place.moveTo(scroller.scrollHeight - fromBottomPx);
    },
    get canScroll(): boolean {
      return scroller.scrollHeight > scroller.clientHeight;
    },
  };
}
