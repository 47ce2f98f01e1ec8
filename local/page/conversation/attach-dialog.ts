import type { Draft } from "../../../client/src/types.ts";
import type { LinkedAttachment } from "../../../src/chat/log/attachment.ts";
import { createDialog } from "../kit/dialog.ts";
import { el, labelled, setText } from "../kit/dom.ts";
import type { Settings } from "../kit/settings.ts";

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
  const chosen = el("input", { type: "file", class: "field", "aria-describedby": "attach-error" });
  const image = el("input", { type: "radio", name: "kind", value: "image", checked: true });
  const file = el("input", { type: "radio", name: "kind", value: "file" });
  const address = el("input", {
    type: "url",
    class: "field",
    placeholder: `https://${allowedHosts?.[0]?.replace("*.", "") ?? "pictures.example"}/room.jpg`,
    "aria-describedby": "attach-hint attach-error",
    autocomplete: "off",
    spellcheck: "false",
  });
  const caption = el("input", { type: "text", class: "field", maxlength: 500, autocomplete: "off" });
  const error = el("p", { class: "field-error", id: "attach-error", role: "alert" });
  const hint = el(
    "p",
    { class: "field-hint", id: "attach-hint" },
    allowedHosts ? `Allowed hosts: ${allowedHosts.join(", ") || "none yet"}` : "An https address on an allowed host.",
  );
  const body = [
    ...(canUpload
      ? [labelled("From this device", chosen), el("p", { class: "field-hint" }, "Or by its address:")]
      : []),
    el(
      "fieldset",
      { class: "choice" },
      el("legend", { class: "visually-hidden" }, "Kind"),
      el("label", {}, image, el("span", {}, "Picture")),
      el("label", {}, file, el("span", {}, "File")),
    ),
    labelled("Address", address),
    hint,
    error,
    labelled("Caption (optional)", caption),
  ];
  return { chosen, file, address, caption, error, body };
}

type Options = {
  settings: Pick<Settings, "attachmentHosts" | "canUpload">;
  onDraft: (draft: Draft) => void;
};

/** Asks for a file of this device, or for an https address, and for a caption. */
export function createAttachDialog({ settings, onDraft }: Options) {
  const fields = attachFields(settings);
  const { chosen, file, address, caption, error } = fields;
  const dialog = createDialog({
    title: "Add a picture or file",
    confirm: "Send",
    body: fields.body,
    onConfirm: () => {
      const [own] = chosen.files ?? [];
      if (own !== undefined) {
        onDraft({ file: own, text: caption.value.trim() });
        return true;
      }
      const type: Kind = file.checked ? "file" : "image";
      const read = readAddress(address.value.trim(), type, settings.attachmentHosts);
      setText(error, "problem" in read ? read.problem : "");
      address.setAttribute("aria-invalid", String("problem" in read));
      if ("problem" in read) {
        address.focus();
        return false;
      }
      onDraft({ type, text: caption.value.trim(), attachment: read.attachment });
      return true;
    },
  });

  return {
    element: dialog.element,
    open(): void {
      for (const field of [chosen, address, caption]) field.value = "";
      setText(error, "");
      dialog.open();
      (settings.canUpload ? chosen : address).focus();
    },
  };
}

function readAddress(
  text: string,
  kind: Kind,
  allowedHosts: readonly string[] | null,
): { attachment: LinkedAttachment } | { problem: string } {
  const url = URL.parse(text);
  if (!url) return { problem: "That is not an address. It should look like https://host/picture.jpg" };
  if (url.protocol !== "https:") return { problem: "The address has to start with https://" };
  if (allowedHosts && !allowedHosts.some((entry) => isHost(url.host, entry))) {
    return { problem: `The host ${url.host} is not allowed. Allowed: ${allowedHosts.join(", ") || "none"}` };
  }
  const name = decodeName(url.pathname.split("/").at(-1) ?? "") || url.host;
  const mimeType = mimeTypes[kind][name.split(".").at(-1)?.toLowerCase() ?? ""] ?? otherwise[kind];
  if (mimeType === null) return { problem: `Files of these kinds: ${Object.keys(mimeTypes[kind]).join(", ")}` };
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
