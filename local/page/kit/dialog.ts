import { words } from "../words/words.ts";
import { el, setText, uniqueId } from "./dom.ts";
import { icon } from "./icons.ts";

/** A modal dialog. Escape and "Close" leave it; the focus returns to where it was. */
export function createDialog({
  title,
  confirm,
  tone = "plain",
  body,
  onConfirm,
}: {
  title: string;
  confirm: string;
  tone?: "plain" | "danger";
  body: readonly Node[];
  /** Returns whether the dialog may close. */
  onConfirm: () => boolean;
}) {
  const titleId = uniqueId("dialog");
  const head = el("h2", { id: titleId }, title);
  const yes = el("button", { type: "submit", class: `button button-${tone}` }, confirm);
  const leave = el("button", { type: "button", class: "round-button", "aria-label": words.close }, icon("close"));
  const form = el(
    "form",
    { class: "dialog-form", novalidate: true },
    el("div", { class: "dialog-head" }, head, leave),
    ...body,
    yes,
  );
  const element = el("dialog", { class: "dialog", "aria-labelledby": titleId }, form);
  leave.addEventListener("click", () => element.close());
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (onConfirm()) element.close();
  });
  return {
    element,
    open: (): void => element.showModal(),
    name(newTitle: string, newConfirm: string): void {
      setText(head, newTitle);
      setText(yes, newConfirm);
    },
  };
}

/** Asks once whether something may be done. */
export function createQuestion(tone: "plain" | "danger" = "danger") {
  const text = el("p", { class: "dialog-text" });
  let act = (): void => {};
  const dialog = createDialog({
    title: "",
    confirm: "",
    tone,
    body: [text],
    onConfirm: () => {
      act();
      return true;
    },
  });
  return {
    element: dialog.element,
    ask(question: { title: string; text: string; confirm: string; onYes: () => void }): void {
      act = question.onYes;
      setText(text, question.text);
      dialog.name(question.title, question.confirm);
      dialog.open();
    },
  };
}
