import type { Draft } from "../../../client/src/types.ts";
import type { LinkedAttachment } from "../../../src/contract/message.ts";
import { createDialog } from "../kit/dialog.ts";
import { el, labelled, setChildren, setText, uniqueId } from "../kit/dom.ts";
import type { Settings } from "../kit/settings.ts";
import { words } from "../words/words.ts";

type Kind = "image" | "file";

const mimeTypes: Record<Kind, Readonly<Record<string, string>>> = {
  image: {
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    png: "image/png",
    gif: "image/gif",
    webp: "image/webp",
    avif: "image/avif",
  },
  file: {
    pdf: "application/pdf",
    zip: "application/zip",
    doc: "application/msword",
    docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    xls: "application/vnd.ms-excel",
    xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    txt: "text/plain",
    csv: "text/csv",
    mp3: "audio/mpeg",
    mp4: "video/mp4",
  },
};
/** The type for an address without a known extension, which is common: a picture counts as JPEG, a file is refused. */
const otherwise: Record<Kind, string | null> = { image: "image/jpeg", file: null };

function attachFields({ attachmentHosts: allowedHosts, canUpload }: Options["settings"]) {
  const [hintId, errorId, kind] = [uniqueId("attach-hint"), uniqueId("attach-error"), uniqueId("attach-kind")];
  const chosen = el("input", { type: "file", class: "field", multiple: true, "aria-describedby": errorId });
  const image = el("input", { type: "radio", name: kind, value: "image", checked: true });
  const file = el("input", { type: "radio", name: kind, value: "file" });
  const address = el("input", {
    type: "url",
    class: "field",
    dir: "ltr",
    placeholder: `https://${allowedHosts?.[0]?.replace("*.", "") ?? "pictures.example"}/room.jpg`,
    "aria-describedby": `${hintId} ${errorId}`,
    autocomplete: "off",
    spellcheck: "false",
  });
  const caption = el("input", { type: "text", class: "field", dir: "auto", maxlength: 500, autocomplete: "off" });
  const error = el("p", { class: "field-error", id: errorId, role: "alert" });
  const hosts = allowedHosts ? words.allowedHosts(allowedHosts.join(", ")) : words.anyAllowedHost;
  const preview = el("div", { class: "attach-preview", hidden: true });
  const choice = el(
    "fieldset",
    { class: "choice" },
    el("legend", { class: "visually-hidden" }, words.kind),
    el("label", {}, image, el("span", {}, words.picture)),
    el("label", {}, file, el("span", {}, words.file)),
  );
  const asking = el(
    "div",
    { class: "attach-asking" },
    canUpload && labelled(words.fromDevice, chosen),
    canUpload && el("p", { class: "field-hint" }, words.orByAddress),
    choice,
    labelled(words.address, address),
    el("p", { class: "field-hint", id: hintId }, hosts),
    error,
  );
  return {
    chosen,
    file,
    address,
    caption,
    error,
    preview,
    asking,
    body: [preview, asking, labelled(words.caption, caption)],
  };
}

/** What is going to be sent: small pictures, and the names of other files. */
function showPreview(preview: HTMLElement, files: readonly File[]): void {
  preview.hidden = files.length === 0;
  setChildren(
    preview,
    files.map((file) => {
      if (!file.type.startsWith("image/")) return el("span", { class: "preview-name" }, file.name);
      const url = URL.createObjectURL(file);
      const image = el("img", { class: "preview-picture", alt: file.name, src: url });
      image.addEventListener("load", () => URL.revokeObjectURL(url));
      return image;
    }),
  );
}

type Options = {
  settings: Pick<Settings, "attachmentHosts" | "canUpload">;
  onDraft: (draft: Draft) => void;
};

/** Asks for files of this device, or for an https address, and for a caption. */
export function createAttachDialog({ settings, onDraft }: Options) {
  const fields = attachFields(settings);
  const { chosen, file, address, caption, error, preview, asking } = fields;
  let given: readonly File[] = [];
  const dialog = createDialog({ title: words.attach, confirm: words.send, body: fields.body, onConfirm: confirm });
  chosen.addEventListener("change", () => showPreview(preview, [...(chosen.files ?? [])]));

  return {
    element: dialog.element,
    /** `files`: what was dropped or pasted. */
    open(files: readonly File[] = []): void {
      given = files;
      for (const field of [chosen, address, caption]) field.value = "";
      setText(error, "");
      showPreview(preview, files);
      asking.hidden = files.length > 0;
      dialog.open();
      (files.length > 0 ? caption : settings.canUpload ? chosen : address).focus();
    },
  };

  /** @returns whether something is sent */
  function confirm(): boolean {
    const files = given.length > 0 ? given : [...(chosen.files ?? [])];
    const text = caption.value.trim();
    for (const [index, own] of files.entries()) onDraft({ file: own, text: index === 0 ? text : "" });
    if (files.length > 0) return true;
    const type: Kind = file.checked ? "file" : "image";
    const read = readAddress(address.value.trim(), type, settings.attachmentHosts);
    setText(error, "problem" in read ? read.problem : "");
    address.setAttribute("aria-invalid", String("problem" in read));
    if ("problem" in read) {
      address.focus();
      return false;
    }
    onDraft({ type, text, attachment: read.attachment });
    return true;
  }
}

function readAddress(
  text: string,
  kind: Kind,
  allowedHosts: readonly string[] | null,
): { attachment: LinkedAttachment } | { problem: string } {
  const url = URL.parse(text);
  if (!url) return { problem: words.notAnAddress };
  if (url.protocol !== "https:") return { problem: words.notHttps };
  if (allowedHosts && !allowedHosts.some((entry) => isHost(url.host, entry))) {
    return { problem: words.hostNotAllowed(url.host, allowedHosts.join(", ")) };
  }
  const name = decodeName(url.pathname.split("/").at(-1) ?? "") || url.host;
  const mimeType = mimeTypes[kind][name.split(".").at(-1)?.toLowerCase() ?? ""] ?? otherwise[kind];
  if (mimeType === null) return { problem: words.kindsOfFiles(Object.keys(mimeTypes[kind]).join(", ")) };
  // The size is unknown, since the page may not load from other hosts.
  return { attachment: { url: url.href, name: name.slice(0, 255), mimeType, size: 0 } };
}

const isHost = (host: string, entry: string): boolean =>
  entry.startsWith("*.") ? host.endsWith(entry.slice(1)) && host.length >= entry.length : host === entry;

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
