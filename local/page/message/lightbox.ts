import { el, iconButton, setAttributes } from "../kit/dom.ts";
import { words } from "../words/words.ts";
import type { Enlarge } from "./attachment-card.ts";

/** A picture as large as the window. Escape, a press and "Close" leave it. */
export function createLightbox(): { element: HTMLElement; show: Enlarge } {
  const image = el("img", { class: "lightbox-picture", alt: "" });
  const close = iconButton("close", words.close);
  const original = el("a", { class: "text-link", target: "_blank", rel: "noopener noreferrer" }, words.openOriginal);
  const element = el("dialog", { class: "lightbox" }, image, el("div", { class: "lightbox-bar" }, original, close));
  element.addEventListener("click", (event) => {
    if (event.target !== original) element.close();
  });
  element.addEventListener("close", () => image.removeAttribute("src"));
  return {
    element,
    show({ url, name, original: href }) {
      setAttributes(image, { src: url, alt: name });
      setAttributes(element, { "aria-label": name });
      setAttributes(original, { href: href?.startsWith("https://") ? href : null });
      original.hidden = href === null;
      element.showModal();
      close.focus();
    },
  };
}
