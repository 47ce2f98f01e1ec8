import { el } from "../kit/dom.ts";
import { icon } from "../kit/icons.ts";
import { words } from "../words/words.ts";

/** On a phone a button opens the booking desk. Escape, a tap outside it and approving close it. */
export function createDeskSheet(desk: HTMLElement) {
  const toggle = el(
    "button",
    { type: "button", class: "button button-bar desk-toggle", "aria-controls": desk.id, "aria-expanded": "false" },
    icon("calendar"),
    words.desk,
  );
  const element = el("div", { class: "desk-sheet" }, toggle, desk);
  toggle.addEventListener("click", () => setOpen(toggle.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || toggle.getAttribute("aria-expanded") !== "true") return;
    if (document.querySelector("dialog[open]")) return;
    setOpen(false);
    toggle.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().includes(element)) setOpen(false);
  });
  return { element, close: (): void => setOpen(false) };

  function setOpen(isOpen: boolean): void {
    toggle.setAttribute("aria-expanded", String(isOpen));
    element.classList.toggle("open", isOpen);
    if (isOpen) desk.querySelector<HTMLElement>("select")?.focus();
  }
}
