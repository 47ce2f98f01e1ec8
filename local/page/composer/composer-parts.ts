import { el, iconButton } from "../kit/dom.ts";
import { icon } from "../kit/icons.ts";
import { words } from "../words/words.ts";

const touch = matchMedia("(pointer: coarse)");

/** The person writes on a touch screen: its keyboard has no Shift+Enter, and comes up whenever the field has the focus. */
export const isTouch = (): boolean => touch.matches;

/** The elements of the composer. */
export function composerParts(personName: string) {
  const text = el("textarea", {
    class: "composer-text",
    rows: 1,
    dir: "auto",
    placeholder: words.writeMessage,
    "aria-label": words.messageFrom(personName),
    enterkeyhint: isTouch() ? "enter" : "send",
    autocomplete: "off",
  });
  const counter = el("span", { class: "composer-counter", role: "status", hidden: true });
  const attach = iconButton("clip", words.attach);
  const emoji = iconButton("smile", words.emoji, { class: "round-button emoji-button", "aria-haspopup": "dialog" });
  const send = iconButton("send", words.send, { type: "submit", class: "round-button send-button" });
  const endEditing = iconButton("close", words.endEditing);
  const editing = el(
    "p",
    { class: "composer-editing", hidden: true },
    icon("pen"),
    el("span", {}, words.editing),
    endEditing,
  );
  const field = el("div", { class: "composer-field" }, text, emoji, counter);
  const element = el("form", { class: "composer" }, editing, attach, field, send);
  return { element, text, counter, attach, emoji, send, editing, endEditing };
}

export type ComposerParts = ReturnType<typeof composerParts>;

const growsItself = CSS.supports("field-sizing", "content");

/** Where CSS cannot: measured in a copy, so that the field itself never shrinks for a moment and the log does not jump. */
export function grow(text: HTMLTextAreaElement): void {
  if (growsItself || !text.parentElement) return;
  const mirror = el("textarea", { class: "composer-text composer-mirror", rows: 1, "aria-hidden": "true" });
  mirror.value = text.value;
  mirror.style.width = `${text.clientWidth}px`;
  text.parentElement.append(mirror);
  text.style.height = `${mirror.scrollHeight + 2}px`;
  mirror.remove();
}
