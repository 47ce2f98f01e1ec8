import { el } from "../kit/dom.ts";
import { words } from "../words/words.ts";

/** Files that are dropped on `place` or pasted into `text` go to `onFiles`. */
export function acceptFiles(place: HTMLElement, text: HTMLElement, onFiles: (files: readonly File[]) => void): void {
  const hint = el("div", { class: "drop-hint", hidden: true, "aria-hidden": "true" }, words.dropHere);
  place.append(hint);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  place.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hint.hidden = false;
  });
  place.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) hint.hidden = true;
  });
  place.addEventListener("drop", (event) => {
    hint.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files);
  });
  text.addEventListener("paste", (event) => {
    // Text that comes with its picture, as from a word processor, is pasted as text.
    if (!event.clipboardData?.files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });

  function take(files: FileList | undefined): void {
    if (files && files.length > 0) onFiles([...files]);
  }
}
