import { el, setText } from "../kit/dom.ts";
import { codePoints } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";

const mostCodePoints = 4_000;
const counterFrom = 3_600;

type Options = {
  personName: string;
  onSend: (content: string) => void;
  onAttach: () => void;
  onTyping: () => void;
  /** The text became empty or the field was left. */
  onRest: () => void;
};

/** The text field. Enter sends, Shift+Enter adds a line. Each chat keeps its own unfinished text. */
export function createComposer({ personName, onSend, onAttach, onTyping, onRest }: Options) {
  const drafts = new Map<string, string>();
  let draftOf: string | null = null;
  let isLocked = false;

  const parts = composerParts(personName);
  const { element, text, attach, send } = parts;

  onSubmit(parts, submit);
  attach.addEventListener("click", onAttach);
  text.addEventListener("blur", onRest);
  text.addEventListener("input", () => {
    refresh();
    if (text.value.trim() === "") onRest();
    else onTyping();
  });

  return {
    element,
    focus: (): void => text.focus(),
    show({ chatId, lockedBecause }: { chatId: string; lockedBecause: string | null }): void {
      if (draftOf !== chatId) {
        if (draftOf !== null) drafts.set(draftOf, text.value);
        text.value = drafts.get(chatId) ?? "";
        draftOf = chatId;
      }
      isLocked = lockedBecause !== null;
      text.disabled = isLocked;
      attach.disabled = isLocked;
      text.placeholder = lockedBecause ?? "Write a message";
      element.classList.toggle("locked", isLocked);
      refresh();
    },
  };

  function refresh(): void {
    grow(text);
    const count = codePoints(text.value.trim());
    showCount(parts, count);
    send.disabled = isLocked || count === 0 || count > mostCodePoints;
  }

  function submit(): void {
    refresh();
    if (send.disabled) return;
    const content = text.value.trim();
    text.value = "";
    refresh();
    onSend(content);
    text.focus();
  }
}

function composerParts(personName: string) {
  const text = el("textarea", {
    class: "composer-text",
    rows: 1,
    placeholder: "Write a message",
    "aria-label": `Message from ${personName}`,
    enterkeyhint: "send",
    autocomplete: "off",
  });
  const counter = el("span", { class: "composer-counter", role: "status", hidden: true });
  const attach = el(
    "button",
    { type: "button", class: "round-button", "aria-label": "Add a picture or file" },
    icon("clip"),
  );
  const send = el("button", { type: "submit", class: "round-button send-button", "aria-label": "Send" }, icon("send"));
  const element = el(
    "form",
    { class: "composer" },
    attach,
    el("div", { class: "composer-field" }, text, counter),
    send,
  );
  return { element, text, counter, attach, send };
}

type ComposerParts = ReturnType<typeof composerParts>;

/** By the button or by Enter, which makes a new line with Shift. */
function onSubmit({ element, text }: Pick<ComposerParts, "element" | "text">, submit: () => void): void {
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("keydown", (event) => {
    // While an input method composes a word (Japanese, Chinese …), Enter chooses the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
}

/** CSS limits the height; beyond it the text scrolls. */
function grow(text: HTMLTextAreaElement): void {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

/** How much room is left, once there is little. */
function showCount({ text, counter }: Pick<ComposerParts, "text" | "counter">, count: number): void {
  const isTooLong = count > mostCodePoints;
  counter.hidden = count < counterFrom;
  if (!counter.hidden) setText(counter, counterText(count));
  counter.classList.toggle("over", isTooLong);
  text.setAttribute("aria-invalid", String(isTooLong));
}

function counterText(count: number): string {
  const left = mostCodePoints - count;
  return left >= 0 ? `${left} characters left` : `${-left} characters too many`;
}
