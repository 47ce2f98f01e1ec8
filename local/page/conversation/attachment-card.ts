import type { Attachment, LinkedAttachment, UploadedAttachment } from "../../../src/chat/log/attachment.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import { el, setAttributes } from "../kit/dom.ts";
import { type IconName, icon } from "../kit/icons.ts";

/** Asks for an address from which an uploaded file can be read now. */
export type AddressOf = (id: string) => Promise<string>;

/** The picture, or a card with a link to the file. A picture that cannot be loaded is replaced by such a card. */
export function attachmentCard(type: Message["type"], attachment: Attachment, addressOf: AddressOf): HTMLElement {
  if ("id" in attachment) {
    const isPicture = type === "image" && attachment.state === "ready";
    return isPicture ? uploadedPicture(attachment, addressOf) : uploadedCard(attachment, addressOf);
  }
  return type === "image" ? picture(attachment) : linkCard("file", attachment, fileNote(attachment));
}

const stateNotes: Record<UploadedAttachment["state"], string> = {
  scanning: "being checked",
  ready: "save",
  rejected: "removed: a scanner found something in it",
};

/** Saves the file: its address is asked for at that moment, since one lasts only some minutes. */
function uploadedCard(attachment: UploadedAttachment, addressOf: AddressOf): HTMLElement {
  const { id, name, state } = attachment;
  const card = el(
    "button",
    { type: "button", class: "file-card", disabled: state !== "ready" },
    el("span", { class: "file-icon" }, icon("file")),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-note" }, `${fileNote(attachment)} · ${stateNotes[state]}`),
  );
  card.addEventListener("click", () => {
    addressOf(id).then(
      (href) => el("a", { href, rel: "noopener noreferrer" }).click(),
      () => card.replaceWith(brokenCard(name)),
    );
  });
  return card;
}

function uploadedPicture({ id, name, width, height }: UploadedAttachment, addressOf: AddressOf): HTMLElement {
  const image = el("img", { class: "picture", alt: name, decoding: "async", width, height });
  const frame = el("span", { class: "picture-frame" }, image);
  const fail = () => frame.replaceWith(brokenCard(name));
  image.addEventListener("error", fail);
  addressOf(id).then((url) => setAttributes(image, { src: url }), fail);
  return frame;
}

/** A file that is not in the store yet. */
export const uploadCard = ({ name, note }: { name: string; note: string }): HTMLElement =>
  el(
    "span",
    { class: "file-card" },
    el("span", { class: "file-icon" }, icon("file")),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-note" }, note),
  );

const brokenCard = (name: string): HTMLElement =>
  el(
    "span",
    { class: "file-card" },
    el("span", { class: "file-icon" }, icon("broken")),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-note" }, "This file cannot be shown here"),
  );

function picture(attachment: LinkedAttachment): HTMLElement {
  const { url, name, width, height } = attachment;
  const image = el("img", { class: "picture", src: url, alt: name, decoding: "async", width, height });
  const frame = el("a", { class: "picture-frame", ...linkTo(url) }, image);
  image.addEventListener("error", () => {
    frame.replaceWith(linkCard("broken", attachment, "This picture cannot be shown here"));
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

const hostOf = (url: string): string => URL.parse(url)?.host ?? "unknown host";

function fileNote({ mimeType, size }: Pick<Attachment, "mimeType" | "size">): string {
  const kind = (mimeType.split("/")[1] ?? mimeType).toUpperCase();
  return size > 0 ? `${kind}, ${Math.max(1, Math.round(size / 1024))} KB` : kind;
}
