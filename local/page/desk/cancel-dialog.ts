import { createDialog } from "../kit/dialog.ts";
import { el, labelled, setChildren } from "../kit/dom.ts";

const usualReasons = ["The room is no longer available", "Our plans have changed", "We found another place"];

/** Asks why a booking is cancelled; both people will read it. */
export function createCancelDialog(onReason: (reason: string | undefined) => void) {
  const reason = el("textarea", { class: "field", rows: 3, maxlength: 500, id: "cancel-reason" });
  const usual = el("div", { class: "chips" });
  const dialog = createDialog({
    title: "Cancel this booking",
    confirm: "Cancel booking",
    tone: "danger",
    body: [
      el("p", { class: "dialog-text" }, "The chat is closed for both. They can still read it."),
      labelled("Reason (optional, both will see it)", reason),
      usual,
    ],
    onConfirm: () => {
      onReason(reason.value.trim() || undefined);
      return true;
    },
  });
  setChildren(
    usual,
    usualReasons.map((text) => {
      const chip = el("button", { type: "button", class: "chip" }, text);
      chip.addEventListener("click", () => {
        reason.value = text;
        reason.focus();
      });
      return chip;
    }),
  );
  return {
    element: dialog.element,
    open(): void {
      reason.value = "";
      dialog.open();
      reason.focus();
    },
  };
}
