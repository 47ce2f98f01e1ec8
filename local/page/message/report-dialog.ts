import type { ReportReason } from "../../../client/src/wire.ts";
import { createDialog } from "../kit/dialog.ts";
import { el, labelled } from "../kit/dom.ts";
import { words } from "../words/words.ts";

type Report = (reason: ReportReason, note?: string) => void;

const longestNote = 1_000;

const isReason = (text: string): text is ReportReason => text in words.reportReasons;

/** Asks why a message or a person is reported. */
export function createReportDialog() {
  const reasons = Object.entries(words.reportReasons);
  const reason = el("select", { class: "field" }, ...reasons.map(([value, label]) => el("option", { value }, label)));
  const note = el("textarea", { class: "field", rows: 3, maxlength: longestNote });
  let send: Report = () => {};
  const dialog = createDialog({
    title: words.reportMessage,
    confirm: words.reportSend,
    tone: "danger",
    body: [labelled(words.reportReason, reason), labelled(words.reportNote, note)],
    onConfirm: () => {
      if (isReason(reason.value)) send(reason.value, note.value.trim() || undefined);
      return true;
    },
  });
  return {
    element: dialog.element,
    ask(title: string, onReport: Report): void {
      send = onReport;
      reason.selectedIndex = 0;
      note.value = "";
      dialog.name(title, words.reportSend);
      dialog.open();
      reason.focus();
    },
  };
}
