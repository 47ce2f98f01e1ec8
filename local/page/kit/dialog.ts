import { el } from "./dom.ts";
import { icon } from "./icons.ts";

let made = 0;

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
  const titleId = `dialog-${++made}`;
  const leave = el("button", { type: "button", class: "round-button", "aria-label": "Close" }, icon("close"));
  const form = el(
    "form",
    { class: "dialog-form", novalidate: true },
    el("div", { class: "dialog-head" }, el("h2", { id: titleId }, title), leave),
    ...body,
    el("button", { type: "submit", class: `button button-${tone}` }, confirm),
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
  return { element, open: (): void => element.showModal() };
}
