const gapPx = 6;

/**
 * Shows `element` beside what opened it. Escape, Tab and a press elsewhere close it; the focus returns.
 * The browser's own light dismissal would close it at the end of the long press that opened it.
 */
export function createPopup(element: HTMLElement) {
  element.popover = "manual";
  let opener: HTMLElement | null = null;
  let pressed: { by: EventTarget; atMs: number } | null = null;
  const isOpen = (): boolean => element.matches(":popover-open");

  const close = (): void => {
    if (!isOpen()) return;
    const hadFocus = element.contains(document.activeElement);
    element.hidePopover();
    document.removeEventListener("pointerdown", onPress, true);
    document.removeEventListener("keydown", onKey, true);
    window.removeEventListener("resize", onResize);
    opener?.setAttribute("aria-expanded", "false");
    if (hadFocus) opener?.focus({ preventScroll: true });
  };
  const onPress = (event: Event): void => {
    if (!isOpen() || event.composedPath().includes(element)) return;
    pressed = opener && event.composedPath().includes(opener) ? { by: opener, atMs: event.timeStamp } : null;
    close();
  };
  const onResize = (): void => {
    if (opener?.checkVisibility()) place(element, opener.getBoundingClientRect());
    else close();
  };
  // A touch that opened it may have left the focus elsewhere.
  const onKey = (event: KeyboardEvent): void => {
    if (!isOpen() || (event.key !== "Escape" && event.key !== "Tab")) return;
    event.stopPropagation();
    close();
  };

  return {
    close,
    /** @returns whether it is open now: the press that closed it does not open it again */
    open(by: HTMLElement): boolean {
      const isClosing = pressed?.by === by && performance.now() - pressed.atMs < 500;
      pressed = null;
      if (isClosing || isOpen()) return false;
      opener = by;
      document.addEventListener("pointerdown", onPress, true);
      document.addEventListener("keydown", onKey, true);
      element.showPopover();
      by.setAttribute("aria-expanded", "true");
      place(element, by.getBoundingClientRect());
      window.addEventListener("resize", onResize);
      return true;
    },
  };
}

/** Below what opened it, above where there is no room, and always within the window. */
function place(element: HTMLElement, at: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = at.bottom + gapPx;
  const above = Math.max(gapPx, Math.min(at.top, innerHeight - gapPx) - height - gapPx);
  const isRight = at.left + at.width / 2 > innerWidth / 2;
  const left = isRight ? at.right - width : at.left;
  element.style.top = `${below + height < innerHeight ? below : above}px`;
  element.style.left = `${Math.max(gapPx, Math.min(left, innerWidth - width - gapPx))}px`;
}
