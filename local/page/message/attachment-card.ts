import type { Attachment, LinkedAttachment, Message, UploadedAttachment } from "../../../src/contract/message.ts";
import { el, setAttributes } from "../kit/dom.ts";
import { type IconName, icon } from "../kit/icons.ts";
import { words } from "../words/words.ts";

/** Asks for an address from which an uploaded file can be read now. */
export type AddressOf = (id: string) => Promise<string>;

/** Shows a picture as large as the window. `original`: where it comes from, if that may be opened. */
export type Enlarge = (picture: { url: string; name: string; original: string | null }) => void;

type Actions = { addressOf: AddressOf; enlarge: Enlarge };

/** The picture, or a card with a link to the file. A picture that cannot be loaded is replaced by such a card. */
export function attachmentCard(type: Message["type"], attachment: Attachment, actions: Actions): HTMLElement {
  if ("id" in attachment) {
    const isPicture = type === "image" && attachment.state === "ready";
    return isPicture ? uploadedPicture(attachment, actions) : uploadedCard(attachment, actions.addressOf);
  }
  return type === "image" ? picture(attachment, actions.enlarge) : linkCard("file", attachment, fileNote(attachment));
}

/** Saves the file: its address is asked for at that moment, since one lasts only some minutes. */
function uploadedCard(attachment: UploadedAttachment, addressOf: AddressOf): HTMLElement {
  const { id, name, state } = attachment;
  const card = el(
    "button",
    { type: "button", class: "file-card", disabled: state !== "ready" },
    el("span", { class: "file-icon" }, icon("file")),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-note" }, `${fileNote(attachment)} · ${words.uploadStates[state]}`),
  );
  card.addEventListener("click", () => {
    addressOf(id).then(
      (href) => el("a", { href, rel: "noopener noreferrer" }).click(),
      () => card.replaceWith(brokenCard(name)),
    );
  });
  return card;
}

function uploadedPicture({ id, name, width, height }: UploadedAttachment, actions: Actions): HTMLElement {
  const { addressOf, enlarge } = actions;
  const image = el("img", { class: "picture", alt: name, decoding: "async", ...shownSize(width, height) });
  const frame = pictureFrame(image, name, () => enlarge({ url: image.src, name, original: null }));
  const fail = () => frame.replaceWith(brokenCard(name));
  image.addEventListener("error", fail);
  addressOf(id).then((url) => setAttributes(image, { src: url }), fail);
  return frame;
}

const [widestPx, highestPx] = [420, 320];

/** The room that a picture takes is known before it is loaded, where its size is. */
function shownSize(width?: number, height?: number): { width?: number; height?: number } {
  if (!width || !height) return {};
  const scale = Math.min(1, widestPx / width, highestPx / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** A button lies over the picture, so that the picture keeps its name for a screen reader. */
function pictureFrame(image: HTMLImageElement, name: string, onPress: () => void): HTMLElement {
  const button = el("button", { type: "button", class: "picture-button", "aria-label": words.enlarge(name) });
  button.addEventListener("click", onPress);
  return el("span", { class: "picture-frame" }, image, button);
}

/** A file that is not in the store yet; a picture is shown already. */
export function uploadCard({ name, note, blob }: { name: string; note: string; blob: Blob | null }): HTMLElement {
  const said = el("span", { class: "file-note upload-note" }, note);
  if (blob?.type.startsWith("image/")) {
    const url = URL.createObjectURL(blob);
    const image = el("img", { class: "picture uploading", alt: name, src: url });
    image.addEventListener("load", () => URL.revokeObjectURL(url));
    return el("span", { class: "picture-frame" }, image, said);
  }
  return el(
    "span",
    { class: "file-card" },
    el("span", { class: "file-icon" }, icon("file")),
    el("span", { class: "file-name" }, name),
    said,
  );
}

const brokenCard = (name: string): HTMLElement =>
  el(
    "span",
    { class: "file-card" },
    el("span", { class: "file-icon" }, icon("broken")),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-note" }, words.cannotShowFile),
  );

function picture(attachment: LinkedAttachment, enlarge: Enlarge): HTMLElement {
  const { url, name, width, height } = attachment;
  const image = el("img", { class: "picture", src: url, alt: name, decoding: "async", ...shownSize(width, height) });
  const frame = pictureFrame(image, name, () => enlarge({ url, name, original: url }));
  image.addEventListener("error", () => {
    frame.replaceWith(linkCard("broken", attachment, words.cannotShowPicture));
  });
  return frame;
}

function linkCard(iconName: IconName, { url, name }: LinkedAttachment, note: string): HTMLElement {
  return el(
    "a",
    { class: "file-card", ...linkTo(url) },
    el("span", { class: "file-icon" }, icon(iconName)),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-note" }, `${note} · ${hostOf(url)}`),
  );
}

/** The service accepts only https; the page also refuses to link to anything else. */
const linkTo = (url: string) => ({
  href: url.startsWith("https://") ? url : null,
  target: "_blank",
  rel: "noopener noreferrer",
});

const hostOf = (url: string): string => URL.parse(url)?.host ?? words.unknownHost;

function fileNote({ mimeType, size }: Pick<Attachment, "mimeType" | "size">): string {
  const kind = (mimeType.split("/")[1] ?? mimeType).toUpperCase();
  return size > 0 ? `${kind}, ${Math.max(1, Math.round(size / 1024))} KB` : kind;
}
