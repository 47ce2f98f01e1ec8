import type { Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import type { Message } from "../../../src/contract/message.ts";
import { el, iconButton, type ListItem, setAttributes, setChildren, setText } from "../kit/dom.ts";
import { clockTime, codePoints } from "../kit/format.ts";
import { type IconName, icon } from "../kit/icons.ts";
import { refusalOf, words } from "../words/words.ts";
import { type AddressOf, attachmentCard, type Enlarge, uploadCard } from "./attachment-card.ts";
import { isEmojiAlone, richText } from "./rich-text.ts";

export type Delivery = "waiting" | "sending" | "failed" | "sent" | "delivered" | "read";

/** The content of a bubble, for a message that is in the log or waits to be sent. */
type Bubble = {
  key: string;
  seq: number | null;
  author: string;
  isOwn: boolean;
  type: Message["type"];
  content: string;
  attachment: Message["attachment"];
  createdAt: string;
  isEdited: boolean;
  isDeleted: boolean;
  delivery: Delivery | null;
  /** A file on its way to the store. */
  upload: { name: string; note: string; blob: Blob | null; isUnderWay: boolean } | null;
  error: string | null;
  canRetry: boolean;
};

export type BubbleActions = {
  addressOf: AddressOf;
  enlarge: Enlarge;
  retry: (key: string) => void;
  discard: (key: string) => void;
};

/** Where it is in a group of messages of one person. The time is shown once, at the end. */
export type InGroup = { isStart: boolean; isEnd: boolean };

const deliveryIcons: Record<Delivery, IconName> = {
  waiting: "clock",
  sending: "clock",
  failed: "warning",
  sent: "tick",
  delivered: "ticks",
  read: "ticks",
};

const deliveries: Record<Item["state"], Delivery | null> = {
  queued: "waiting",
  uploading: "sending",
  sending: "sending",
  failed: "failed",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  received: null,
};

/** What is younger moves in; what is older was here before. */
const freshMs = 4_000;
const longTextFrom = 900;
const manyLinesFrom = 16;

export const deliveryOf = ({ state }: Item): Delivery | null => deliveries[state];

/** One message as a row of the log. */
export function bubbleRow(
  item: Item,
  author: string,
  group: InGroup,
  status: Chat["status"],
  actions: BubbleActions,
): ListItem {
  const bubble = bubbleOf(item, author, status);
  const { key, delivery, error, canRetry, createdAt, isEdited, isDeleted, attachment, upload, content } = bubble;
  const shownUpload = upload && [upload.name, upload.isUnderWay];
  const version = JSON.stringify([
    shownUpload,
    isEdited && content,
    isDeleted,
    attachment && "id" in attachment && attachment.state,
  ]);
  const { seq } = bubble;
  return {
    key,
    print: JSON.stringify([delivery, error, canRetry, createdAt, group, upload?.note, seq, isEdited, version]),
    render: (previous) => {
      const isSame = previous?.dataset["version"] === version;
      const element = isSame ? previous : renderBubble(bubble, actions);
      element.dataset["version"] = version;
      showState(element, bubble, group, actions);
      return element;
    },
  };
}

function bubbleOf({ key, state, message, progress = 0, error }: Item, author: string, status: Chat["status"]): Bubble {
  const isLogged = "seq" in message;
  const file = isLogged ? undefined : message.file;
  const note = state === "uploading" ? words.percentSent(Math.round(progress * 100)) : "";
  return {
    key,
    author,
    seq: isLogged ? message.seq : null,
    isOwn: state !== "received",
    type: message.type,
    content: message.content,
    attachment: message.attachment,
    createdAt: message.createdAt,
    isEdited: isLogged && message.editedAt !== undefined,
    isDeleted: isLogged && message.deleted !== undefined,
    delivery: deliveries[state],
    upload: file ? { name: file.name, note, blob: file.blob ?? null, isUnderWay: state !== "failed" } : null,
    error: error && state === "failed" ? reasonOf(error) : null,
    canRetry: mayHelp(error?.code ?? "", status),
  };
}

/** The service's words, with the field that they are about. */
const reasonOf = (error: NonNullable<Item["error"]>): string => {
  const { errors } = error;
  return errors?.[0] ? `${refusalOf(error)} ${errors[0].path}: ${errors[0].message}` : refusalOf(error);
};

/** A refusal for what was written stays one; a closed chat may be open again. */
function mayHelp(code: string, status: Chat["status"]): boolean {
  if (status !== "active") return false;
  return !/^(validation_failed|payload_too_large|uploads_off|forbidden|chat_not_found|idempotency_conflict)$/.test(
    code,
  );
}

function renderBubble(bubble: Bubble, actions: BubbleActions): HTMLElement {
  const { type, attachment, upload, content, isDeleted, author, key } = bubble;
  const isFramed = attachment !== undefined || upload !== null;
  const label = words.messageMenu(content.slice(0, 60) || (type === "image" ? words.picture : words.file));
  const cancel = upload?.isUnderWay && iconButton("close", words.cancelUpload, { class: "round-button cancel-upload" });
  if (cancel) cancel.addEventListener("click", () => actions.discard(key));
  return el(
    "li",
    {},
    el(
      "div",
      {
        class: `bubble${isFramed ? " with-attachment" : ""}${isEmojiAlone(content) && !isFramed ? " emoji-alone" : ""}`,
      },
      el("span", { class: "visually-hidden" }, words.said(author)),
      attachment ? attachmentCard(type, attachment, actions) : upload && uploadCard(upload),
      cancel,
      el(
        "div",
        { class: "bubble-words", dir: "auto" },
        content !== "" && textOf(content),
        isDeleted && el("p", { class: "bubble-text deleted" }, words.deleted),
        el("span", { class: "bubble-foot" }),
      ),
    ),
    !isDeleted &&
      iconButton("more", label, { class: "round-button message-more", "aria-haspopup": "menu", tabindex: -1 }),
    el("div", { class: "failure-place" }),
  );
}

function textOf(content: string): HTMLElement | DocumentFragment {
  const text = el("p", { class: "bubble-text" }, ...richText(content));
  if (codePoints(content) < longTextFrom && content.split("\n").length < manyLinesFrom) return text;
  const more = el(
    "button",
    { type: "button", class: "link-button read-more", "aria-expanded": "false" },
    words.readMore,
  );
  text.classList.add("clamped");
  more.addEventListener("click", () => {
    const isClamped = text.classList.toggle("clamped");
    setText(more, isClamped ? words.readMore : words.readLess);
    more.setAttribute("aria-expanded", String(!isClamped));
  });
  const both = document.createDocumentFragment();
  both.append(text, more);
  return both;
}

/** Updates the parts of a bubble that change. A picture in it is not replaced, so it is not loaded again at every update. */
function showState(element: HTMLElement, bubble: Bubble, group: InGroup, actions: BubbleActions): void {
  const { isOwn, delivery, createdAt, isEdited, error, seq, upload } = bubble;
  const isFresh = Date.now() - Date.parse(createdAt) < freshMs;
  setAttributes(element, {
    class: `message ${isOwn ? "own" : "other"}${group.isStart ? " group-start" : ""}${isFresh ? " fresh" : ""}`,
    "data-delivery": delivery,
    "data-seq": seq,
    "data-key": bubble.key,
  });
  const foot = element.querySelector(".bubble-foot");
  const isShown = group.isEnd || isEdited || upload !== null;
  if (foot)
    setChildren(foot, isShown ? [isEdited && `${words.edited} `, timeOf(createdAt), delivery && tick(delivery)] : []);
  const note = element.querySelector(".upload-note");
  if (note && upload) setText(note, upload.note);
  const place = element.querySelector(".failure-place");
  if (place) setChildren(place, [error !== null && failure(bubble, error, actions)]);
}

const timeOf = (at: string): HTMLElement => el("time", { datetime: at }, clockTime(at));

function tick(delivery: Delivery): HTMLElement {
  const said = words.delivery[delivery];
  return el(
    "span",
    { class: `tick tick-${delivery}`, title: said },
    icon(deliveryIcons[delivery]),
    el("span", { class: "visually-hidden" }, said),
  );
}

function failure({ key, canRetry }: Bubble, error: string, actions: BubbleActions): HTMLElement {
  const retry = el("button", { type: "button", class: "link-button" }, words.tryAgain);
  const discard = el("button", { type: "button", class: "link-button" }, words.discard);
  retry.addEventListener("click", () => actions.retry(key));
  discard.addEventListener("click", () => actions.discard(key));
  return el(
    "div",
    { class: "failure", role: "alert" },
    el("span", {}, words.notSent(error)),
    canRetry && retry,
    discard,
  );
}
