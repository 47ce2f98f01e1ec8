import { el, setText } from "./dom.ts";

/** Reads out what happens, politely. The log itself is quiet: a screen reader would read out every page of history. */
export function createAnnouncer() {
  const element = el("p", { class: "visually-hidden", "aria-live": "polite" });
  let last = "";
  return {
    element,
    say(text: string): void {
      // The same words twice are read twice.
      last = text === last ? `${text}\u00A0` : text;
      setText(element, last);
    },
  };
}
