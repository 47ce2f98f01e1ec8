import type { Item } from "../../../client/src/types.ts";
import type { Menu, MenuItem } from "../kit/menu.ts";
import { refusalOf, words } from "../words/words.ts";

export type MessageActs = {
  edit: (item: Item) => void;
  remove: (item: Item) => void;
  report: (item: Item) => void;
  copy: (text: string) => void;
};

const longPressMs = 500;
const movedPx = 10;

/** What can be done with a message. */
function itemsFor(item: Item, acts: MessageActs): MenuItem[] {
  const { message, may, state } = item;
  const items: MenuItem[] = [];
  const refusal = (answer: { ok: true } | { ok: false; code: string; text: string }): string | null =>
    answer.ok ? null : refusalOf(answer);
  if (may) items.push({ label: words.edit, icon: "pen", refused: refusal(may.edit), act: () => acts.edit(item) });
  if (message.content !== "") items.push({ label: words.copy, icon: "copy", act: () => acts.copy(message.content) });
  if (state === "received") items.push({ label: words.report, icon: "flag", act: () => acts.report(item) });
  if (may)
    items.push({
      label: words.delete,
      icon: "trash",
      tone: "danger",
      refused: refusal(may.remove),
      act: () => acts.remove(item),
    });
  return items;
}

type Options = {
  list: HTMLElement;
  menu: Menu;
  /** The message of a row. */
  itemOf: (key: string) => Item | undefined;
  acts: MessageActs;
};

/**
 * Opens the menu of a message: by its button, by a long press, or with the keyboard. One of the buttons is reached by
 * Tab; the arrow keys lead from message to message.
 */
export function attachMessageMenu({ list, menu, itemOf, acts }: Options): void {
  const openAt = (row: HTMLElement | null | undefined): void => {
    const item = itemOf(row?.dataset["key"] ?? "");
    const button = row?.querySelector<HTMLElement>(".message-more");
    if (!item || !button) return;
    const items = itemsFor(item, acts);
    if (items.length > 0) menu.open(button, button.getAttribute("aria-label") ?? "", items);
  };
  list.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".message-more")) openAt(rowOf(event.target));
  });
  list.addEventListener("keydown", (event) => moveAmongMessages(list, event));
  onLongPress(list, (target) => openAt(rowOf(target)));
}

const rowOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("li.message") : null;

function moveAmongMessages(list: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...list.querySelectorAll<HTMLElement>(".message-more")];
  const index = buttons.findIndex((button) => button === document.activeElement);
  const places: Record<string, number> = {
    ArrowUp: Math.max(0, index - 1),
    ArrowDown: Math.min(buttons.length - 1, index + 1),
    Home: 0,
    End: buttons.length - 1,
  };
  const next = buttons[places[event.key] ?? -1];
  if (index < 0 || !next) return;
  event.preventDefault();
  makeReachable(list, next);
  next.focus();
}

/** Tab leads to one of the buttons alone: to the newest message's, or to the one that was used last. */
export function makeReachable(list: HTMLElement, chosen?: HTMLElement): void {
  const buttons = [...list.querySelectorAll<HTMLElement>(".message-more")];
  const kept = chosen ?? (buttons.find((button) => button === document.activeElement) || buttons.at(-1));
  for (const button of buttons) {
    const index = button === kept ? 0 : -1;
    if (button.tabIndex !== index) button.tabIndex = index;
  }
}

/** A finger that rests on a message. One that scrolls does not. */
function onLongPress(list: HTMLElement, act: (target: EventTarget | null) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = { x: 0, y: 0 };
  let isOpened = false;
  const stop = (): void => clearTimeout(timer);
  list.addEventListener("pointerdown", (event) => {
    stop();
    isOpened = false;
    if (event.pointerType !== "touch" || !rowOf(event.target)) return;
    at = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      isOpened = true;
      act(event.target);
    }, longPressMs);
  });
  list.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - at.x, event.clientY - at.y) > movedPx) stop();
  });
  for (const name of ["pointerup", "pointercancel"]) list.addEventListener(name, stop);
  // Neither the browser's own menu nor the click that ends the press.
  list.addEventListener("contextmenu", (event) => isOpened && event.preventDefault());
  list.addEventListener(
    "click",
    (event) => {
      if (!isOpened) return;
      isOpened = false;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}
