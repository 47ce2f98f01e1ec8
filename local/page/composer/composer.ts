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
export class Composer {
  readonly element: HTMLElement;
  readonly text: HTMLTextAreaElement;
  readonly #options: Options;
  readonly #parts: ComposerParts;
  #chatId: string | null = null;
  #edited: Edited | null = null;

  constructor(options: Options) {
    const { onAttach, onEmoji, onRest } = options;
    const parts = composerParts(options.personName);
    this.#options = options;
    this.#parts = parts;
    this.element = parts.element;
    this.text = parts.text;
    onSubmit(parts, () => this.#submit());
    parts.attach.addEventListener("click", onAttach);
    parts.emoji.addEventListener("click", () => onEmoji(parts.emoji));
    parts.endEditing.addEventListener("click", () => this.#endEditing());
    parts.text.addEventListener("blur", onRest);
    parts.text.addEventListener("keydown", (event) => this.#onKey(event));
    parts.text.addEventListener("input", () => this.#onInput());
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  focus(): void {
    this.text.focus();
  }

  /** The draft of another chat is shown. */
  show(chatId: string): void {
    if (this.#chatId === chatId) return;
    this.#chatId = chatId;
    this.edit(null);
  }

  /** Begins to change a message, or with null goes back to the draft. */
  edit(edited: Edited | null): void {
    const { text } = this;
    const { editing, send } = this.#parts;
    this.#edited = edited;
    editing.hidden = edited === null;
    const label = edited ? words.save : words.send;
    setAttributes(send, { "aria-label": label, title: label });
    text.value = edited ? edited.text : this.#chatId === null ? "" : this.#options.drafts.of(this.#chatId);
    this.#refresh();
    if (!edited) return;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  /** Puts something where the caret is. */
  insert(what: string): void {
    this.text.setRangeText(what, this.text.selectionStart, this.text.selectionEnd, "end");
    this.#onInput();
  }

  #onInput(): void {
    const { drafts, onRest, onTyping } = this.#options;
    const { value } = this.text;
    if (this.#chatId !== null && !this.#edited) drafts.set(this.#chatId, value);
    this.#refresh();
    if (value.trim() === "") onRest();
    else onTyping();
  }

  #endEditing(): void {
    this.edit(null);
    this.focus();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.#edited) {
      event.preventDefault();
      this.#endEditing();
    } else if (event.key === "ArrowUp" && this.text.value === "" && !this.#edited) {
      const newest = this.#options.newestOwn();
      if (!newest) return;
      event.preventDefault();
      this.edit(newest);
    }
  }

  #refresh(): void {
    grow(this.text);
    const count = codePoints(this.text.value.trim());
    showCount(this.#parts, count);
    this.#parts.send.disabled = (count === 0 && !this.#edited?.isCaption) || count > mostCodePoints;
  }

  #submit(): void {
    this.#refresh();
    if (this.#parts.send.disabled || this.#chatId === null) return;
    const { drafts, onSend, onEdit } = this.#options;
    const content = this.text.value.trim();
    const edited = this.#edited;
    if (!edited) drafts.set(this.#chatId, "");
    this.edit(null);
    if (!edited) onSend(content);
    else if (content !== edited.text || edited.isRetry) onEdit(edited, content);
    this.focus();
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
