import { el, setAttributes, setChildren } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { createPopup } from "./popup.ts";

export type MenuItem = {
  label: string;
  icon: IconName;
  tone?: "danger";
  /** Why it cannot be done now. It is shown, and pressing it does nothing. */
  refused?: string | null;
  act: () => void;
};

/** A menu beside what opened it; arrow keys move in it. */
export function createMenu() {
  const element = el("div", { class: "menu", role: "menu" });
  const popup = createPopup(element);
  element.addEventListener("keydown", (event) => moveIn(element, event));
  return {
    element,
    open(by: HTMLElement, label: string, items: readonly MenuItem[]): void {
      setAttributes(element, { "aria-label": label });
      setChildren(
        element,
        items.map((item) => entry(item, popup.close)),
      );
      if (popup.open(by)) element.querySelector("button")?.focus();
    },
  };
}

function entry({ label, icon: name, tone, refused, act }: MenuItem, close: () => void): HTMLElement {
  const button = el(
    "button",
    {
      type: "button",
      role: "menuitem",
      class: `menu-item${tone === "danger" ? " danger" : ""}`,
      tabindex: -1,
      "aria-disabled": refused ? "true" : null,
    },
    icon(name),
    el("span", {}, label, refused && el("span", { class: "menu-refused" }, refused)),
  );
  button.addEventListener("click", () => {
    if (refused) return;
    close();
    act();
  });
  return button;
}

function moveIn(element: HTMLElement, event: KeyboardEvent): void {
  const items = [...element.querySelectorAll("button")];
  const index = items.findIndex((item) => item === document.activeElement);
  const places: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 };
  const next = places[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}

export type Menu = ReturnType<typeof createMenu>;
