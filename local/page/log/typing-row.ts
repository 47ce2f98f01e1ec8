import { el, setText } from "../kit/dom.ts";
import { words } from "../words/words.ts";

/** Three dots where the next message will be, while the other person types. */
export function createTypingRow() {
  const text = el("span", { class: "visually-hidden" });
  const dots = el("span", { class: "typing-dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const element = el("p", { class: "typing", role: "status", hidden: true }, dots, text);
  return {
    element,
    /** `typist`: the name, or null. */
    show(typist: string | null): void {
      element.hidden = typist === null;
      setText(text, typist === null ? "" : words.isTyping(typist));
    },
  };
}
