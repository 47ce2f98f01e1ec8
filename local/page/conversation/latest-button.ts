import { el, setAttributes, setText } from "../kit/dom.ts";
import { icon } from "../kit/icons.ts";
import { words } from "../words/words.ts";

/** A round button that leads to the newest message, with the number of those that are new. */
export function createLatestButton(onPress: () => void) {
  const count = el("span", { class: "badge", "aria-hidden": "true" });
  const element = el("button", { type: "button", class: "latest-button", hidden: true }, icon("down"), count);
  element.addEventListener("click", onPress);
  return {
    element,
    show(unread: number, isAtEnd: boolean): void {
      element.hidden = isAtEnd;
      count.hidden = unread === 0;
      setText(count, String(unread));
      const label = unread > 0 ? words.newMessages(unread) : words.latest;
      setAttributes(element, { "aria-label": label, title: label });
    },
  };
}
