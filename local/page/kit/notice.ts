import { el, setText } from "./dom.ts";

const noticeMs = 8_000;

/** A line that says why something did not happen, or that it did, and goes away by itself. */
export function createNotice() {
  const element = el("p", { class: "notice", role: "alert", hidden: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    element,
    show: (text: string, isGood = false): void => {
      element.hidden = false;
      element.classList.toggle("good", isGood);
      setText(element, text);
      clearTimeout(timer);
      timer = setTimeout(() => {
        element.hidden = true;
      }, noticeMs);
    },
    close: (): void => clearTimeout(timer),
  };
}
