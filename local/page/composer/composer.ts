import { setAttributes, setText } from "../kit/dom.ts";
import { codePoints } from "../kit/format.ts";
import { words } from "../words/words.ts";
import { type ComposerParts, composerParts, grow, isTouch } from "./composer-parts.ts";
import type { Drafts } from "./drafts.ts";

const mostCodePoints = 4_000;
const counterFrom = 3_600;

/** A message whose text is changed in the composer. `isCaption`: it may be empty. `isRetry`: `text` was not saved yet. */
export type Edited = { seq: number; text: string; isCaption: boolean; isRetry?: boolean };

type Options = {
  personName: string;
  drafts: Drafts;
  onSend: (content: string) => void;
  onEdit: (edited: Edited, content: string) => void;
  /** The newest message that may be edited. */
  newestOwn: () => Edited | null;
  onAttach: () => void;
  onEmoji: (button: HTMLElement) => void;
  onTyping: () => void;
  /** The text became empty or the field was left. */
  onRest: () => void;
};

/** The text field. Enter sends, Shift+Enter adds a line; with a touch screen's keyboard Enter adds a line. */
export function createComposer(options: Options) {
  const { drafts, onTyping, onRest } = options;
  const parts = composerParts(options.personName);
  const { element, text } = parts;
  let chatId: string | null = null;
  let edited: Edited | null = null;

  onSubmit(parts, submit);
  parts.attach.addEventListener("click", options.onAttach);
  parts.emoji.addEventListener("click", () => options.onEmoji(parts.emoji));
  parts.endEditing.addEventListener("click", endEditing);
  text.addEventListener("blur", onRest);
  text.addEventListener("keydown", onKey);
  text.addEventListener("input", () => {
    if (chatId !== null && !edited) drafts.set(chatId, text.value);
    refresh();
    if (text.value.trim() === "") onRest();
    else onTyping();
  });

  return {
    element,
    text,
    focus: (): void => text.focus(),
    hasFocus: (): boolean => element.contains(document.activeElement),
    show(shownId: string): void {
      if (chatId === shownId) return;
      chatId = shownId;
      setEdited(null);
    },
    edit: setEdited,
    /** Puts something where the caret is. */
    insert(what: string): void {
      text.setRangeText(what, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input"));
    },
  };

  function setEdited(next: Edited | null): void {
    edited = next;
    parts.editing.hidden = edited === null;
    element.classList.toggle("is-editing", edited !== null);
    const label = edited ? words.save : words.send;
    setAttributes(parts.send, { "aria-label": label, title: label });
    text.value = edited ? edited.text : chatId === null ? "" : drafts.of(chatId);
    refresh();
    if (!edited) return;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  function endEditing(): void {
    setEdited(null);
    text.focus();
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && edited) {
      event.preventDefault();
      endEditing();
    } else if (event.key === "ArrowUp" && text.value === "" && !edited) {
      const newest = options.newestOwn();
      if (!newest) return;
      event.preventDefault();
      setEdited(newest);
    }
  }

  function refresh(): void {
    grow(text);
    const count = codePoints(text.value.trim());
    showCount(parts, count);
    parts.send.disabled = (count === 0 && !edited?.isCaption) || count > mostCodePoints;
  }

  function submit(): void {
    refresh();
    if (parts.send.disabled || chatId === null) return;
    const content = text.value.trim();
    const of = edited;
    if (!of) drafts.set(chatId, "");
    setEdited(null);
    if (!of) options.onSend(content);
    else if (content !== of.text || of.isRetry) options.onEdit(of, content);
    text.focus();
  }
}

/** By the button or by Enter. */
function onSubmit({ element, text }: Pick<ComposerParts, "element" | "text">, submit: () => void): void {
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("keydown", (event) => {
    // While an input method composes a word (Japanese, Chinese …), Enter chooses the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch()) return;
    event.preventDefault();
    submit();
  });
}

/** How much room is left, once there is little. */
function showCount({ text, counter }: Pick<ComposerParts, "text" | "counter">, count: number): void {
  const left = mostCodePoints - count;
  counter.hidden = count < counterFrom;
  if (!counter.hidden) setText(counter, left >= 0 ? words.charactersLeft(left) : words.charactersTooMany(-left));
  counter.classList.toggle("over", left < 0);
  text.setAttribute("aria-invalid", String(left < 0));
}
