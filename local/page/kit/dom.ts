import { type IconName, icon } from "./icons.ts";

type Child = Node | string | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Makes an element. Text enters the page only here, as text nodes, so nothing that a user wrote is parsed as HTML.
 *
 *     el("p", { class: "note", hidden: false }, "Hello ", el("b", {}, name))
 */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  setChildren(element, children);
  return element;
}

/** Sets each attribute; `true` sets an empty one, `false`, null and undefined remove it. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Replaces all children by these. */
export function setChildren(element: Element, children: readonly Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
}

/** Sets the text only if it differs, so that live regions announce it once. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

let idsGiven = 0;

/** An id that no other element of the page has. */
export const uniqueId = (name: string): string => `${name}-${(idsGiven += 1)}`;

/** A round button with an icon; `label` is read out and shown as a hint. */
export const iconButton = (name: IconName, label: string, more: Attributes = {}): HTMLButtonElement =>
  el("button", { type: "button", class: "round-button", "aria-label": label, title: label, ...more }, icon(name));

/** A form field with its label. */
export const labelled = (text: string, field: HTMLElement): HTMLElement =>
  el("label", { class: "labelled" }, el("span", {}, text), field);

/** An item of a list, which keeps its element as long as its key stays. */
export interface ListItem {
  readonly key: string;
  /** Two renderings with the same print look the same. */
  readonly print: string;
  /** Makes the element, or updates `previous` and returns it. */
  render(previous?: HTMLElement): HTMLElement;
}

const focusable = (element: HTMLElement | undefined): HTMLElement[] => [
  ...(element?.querySelectorAll<HTMLElement>("a[href], button") ?? []),
];

/**
 * Updates `list`'s children to match `items`, and changes only what differs: focus, selection, running animations and
 * loaded pictures stay, and a live region announces only what is new.
 */
export function createKeyedList(list: HTMLElement) {
  const shown = new Map<string, { print: string; element: HTMLElement }>();
  return {
    elementOf: (key: string): HTMLElement | undefined => shown.get(key)?.element,
    show(items: readonly ListItem[]): void {
      const focused = focusedPlace();
      const keys = new Set(items.map((item) => item.key));
      for (const [key, { element }] of shown) {
        if (keys.has(key)) continue;
        element.remove();
        shown.delete(key);
      }
      let place = list.firstElementChild;
      for (const item of items) {
        const atPlace = place !== null && shown.get(item.key)?.element === place;
        const element = renderOnce(item);
        if (atPlace) place = element.nextElementSibling;
        else list.insertBefore(element, place);
      }
      // Keyboard focus within the list stays, even if the item was rendered again or moved.
      if (focused && !list.contains(document.activeElement)) {
        focusable(shown.get(focused.key)?.element)[focused.index]?.focus({ preventScroll: true });
      }
    },
  };

  /** Which part of which item has the focus. */
  function focusedPlace(): { key: string; index: number } | null {
    if (!list.contains(document.activeElement)) return null;
    for (const [key, { element }] of shown) {
      const index = focusable(element).findIndex((part) => part === document.activeElement);
      if (index >= 0) return { key, index };
    }
    return null;
  }

  function renderOnce(item: ListItem): HTMLElement {
    const known = shown.get(item.key);
    if (known?.print === item.print) return known.element;
    const element = item.render(known?.element);
    if (element !== known?.element) known?.element.replaceWith(element);
    shown.set(item.key, { print: item.print, element });
    return element;
  }
}
