import { createDialog } from "../kit/dialog.ts";
import { el, labelled, setChildren } from "../kit/dom.ts";
import { words } from "../words/words.ts";

/** Asks why a booking is cancelled; both people will read it. */
export function createCancelDialog(onReason: (reason: string | undefined) => void) {
  const reason = el("textarea", { class: "field", rows: 3, maxlength: 500, id: "cancel-reason" });
  const usual = el("div", { class: "chips" });
  const dialog = createDialog({
    title: words.cancelTitle,
    confirm: words.cancelConfirm,
    tone: "danger",
    body: [el("p", { class: "dialog-text" }, words.cancelText), labelled(words.cancelReason, reason), usual],
    onConfirm: () => {
      onReason(reason.value.trim() || undefined);
      return true;
    },
  });
  setChildren(
    usual,
    words.cancelReasons.map((text) => {
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
