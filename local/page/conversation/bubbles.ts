import type { Item, PendingMessage } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/chat/cards/card.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import { el, type ListItem, setAttributes, setChildren } from "../kit/dom.ts";
import { clockTime, dayLabel } from "../kit/format.ts";
import { type IconName, icon } from "../kit/icons.ts";
import { type AddressOf, attachmentCard, uploadCard } from "./attachment-card.ts";

type Delivery = "waiting" | "sending" | "failed" | "sent" | "delivered" | "read";

/** The content of a bubble, for a message that is in the log or waits to be sent. */
interface Bubble {
  readonly key: string;
  readonly isOwn: boolean;
  /** The service's words, not a person's. */
  readonly isNote: boolean;
  readonly type: Message["type"];
  readonly content: string;
  /** A participant's own words in a system message, and the participant's name. */
  readonly quote: Quote | null;
  readonly attachment: Message["attachment"];
  readonly createdAt: string;
  /** When the text was last changed. */
  readonly editedAt: string | null;
  readonly isDeleted: boolean;
  readonly delivery: Delivery | null;
  /** A file on its way to the store. */
  readonly upload: { readonly name: string; readonly note: string } | null;
  readonly error: string | null;
}

interface Quote {
  readonly name: string;
  readonly words: string;
}

export interface BubbleActions {
  addressOf: AddressOf;
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
}

const groupGapMs = 5 * 60_000;
const deliveryWords: Record<Delivery, { icon: IconName; words: string }> = {
  waiting: { icon: "clock", words: "Waiting to be sent" },
  sending: { icon: "clock", words: "Sending" },
  failed: { icon: "warning", words: "Not sent" },
  sent: { icon: "tick", words: "Sent" },
  delivered: { icon: "ticks", words: "Delivered" },
  read: { icon: "ticks", words: "Read" },
};

/**
 * A conversation as a list: day separators, centred notes for system messages, bubbles in groups, a line above new
 * messages, and unsent messages at the end.
 */
export function conversationItems({
  chat,
  userId,
  items: shown,
  firstNewSeq,
  nameOf,
  actions,
}: {
  chat: Chat;
  userId: string;
  items: readonly Item[];
  /** The seq after which the line "New" is shown, or null. */
  firstNewSeq: number | null;
  nameOf: (userId: string) => string;
  actions: BubbleActions;
}): ListItem[] {
  const items: ListItem[] = [];
  let before: Bubble | null = null;
  let newLineAt = firstNewSeq;
  const place = (bubble: Bubble): void => {
    const label = dayLabel(bubble.createdAt);
    const isNewDay = before === null || dayLabel(before.createdAt) !== label;
    if (isNewDay) items.push(separator(`day-${label}`, "day", label));
    const isGroupStart = isNewDay || !before || !belongTogether(before, bubble);
    items.push(bubble.isNote ? systemNote(bubble) : bubbleItem(bubble, isGroupStart, actions));
    before = bubble;
  };
  for (const item of shown) {
    const { message } = item;
    if (newLineAt !== null && "seq" in message && message.seq >= newLineAt && message.senderId !== userId) {
      // If everything is new, no line is needed.
      if (items.length > 0) items.push(separator("new", "new-line", "New"));
      newLineAt = null;
    }
    place("seq" in message ? ofMessage(message, item, nameOf(chat.ownerId)) : ofPending(message, item));
  }
  return items;
}

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

function ofMessage(message: Message, { key, state }: Item, ownerName: string): Bubble {
  const { type, content, system, attachment, createdAt } = message;
  return {
    key,
    isOwn: state !== "received",
    isNote: system !== undefined,
    type,
    content,
    quote: system && "reason" in system && system.by ? { name: ownerName, words: system.reason } : null,
    attachment,
    createdAt,
    editedAt: message.editedAt ?? null,
    isDeleted: message.deleted !== undefined,
    delivery: deliveries[state],
    upload: null,
    error: null,
  };
}

function ofPending(message: PendingMessage, { key, state, progress = 0, error }: Item): Bubble {
  const { file } = message;
  return {
    key,
    isOwn: true,
    isNote: false,
    type: message.type,
    content: message.content,
    quote: null,
    attachment: message.attachment,
    createdAt: message.createdAt,
    editedAt: null,
    isDeleted: false,
    delivery: deliveries[state],
    upload: file
      ? { name: file.name, note: state === "uploading" ? `${Math.round(progress * 100)} % sent` : "" }
      : null,
    error: error && state === "failed" ? reasonOf(error) : null,
  };
}

/** The service's words, with the field that they are about. */
const reasonOf = ({ message, errors }: NonNullable<Item["error"]>): string =>
  errors?.[0] ? `${message} ${errors[0].path}: ${errors[0].message}` : message;

function belongTogether(before: Bubble, bubble: Bubble): boolean {
  const gapMs = Date.parse(bubble.createdAt) - Date.parse(before.createdAt);
  return !before.isNote && before.isOwn === bubble.isOwn && gapMs < groupGapMs;
}

const separator = (key: string, className: string, text: string): ListItem => ({
  key,
  print: text,
  render: () => el("li", { class: className }, el("span", {}, text)),
});

/** A system message. A participant's reason is shown below it, with that person's name. */
function systemNote({ key, content, quote, createdAt }: Bubble): ListItem {
  const render = (): HTMLElement =>
    el(
      "li",
      { class: "system-note" },
      el("span", {}, icon("calendar"), content, " ", timeOf(createdAt)),
      quote !== null && el("p", { class: "system-quote" }, `${quote.name}: `, el("q", { dir: "auto" }, quote.words)),
    );
  return { key, print: JSON.stringify([content, quote]), render };
}

function bubbleItem(bubble: Bubble, isGroupStart: boolean, actions: BubbleActions): ListItem {
  const { key, delivery, error, createdAt, editedAt, isDeleted } = bubble;
  const { attachment, upload } = bubble;
  const version = JSON.stringify([upload, editedAt, isDeleted, attachment && "id" in attachment && attachment.state]);
  return {
    key,
    print: JSON.stringify([delivery, error, createdAt, isGroupStart, version]),
    render: (previous) => {
      const isSame = previous?.dataset["version"] === version;
      const element = isSame ? previous : renderBubble(bubble, actions);
      element.dataset["version"] = version;
      showDelivery(element, bubble, isGroupStart, actions);
      return element;
    },
  };
}

function renderBubble(
  { type, attachment, upload, content, isDeleted }: Bubble,
  { addressOf }: BubbleActions,
): HTMLElement {
  return el(
    "li",
    {},
    el(
      "div",
      { class: `bubble${attachment || upload ? " with-attachment" : ""}` },
      attachment ? attachmentCard(type, attachment, addressOf) : upload && uploadCard(upload),
      content !== "" && el("p", { class: "bubble-text", dir: "auto" }, content),
      isDeleted && el("p", { class: "bubble-text deleted" }, "This message was deleted."),
      el("span", { class: "bubble-foot" }),
    ),
    el("div", { class: "failure-place" }),
  );
}

/** Updates the parts of a bubble that change. A picture in it is not replaced, so it is not loaded again at every update. */
function showDelivery(element: HTMLElement, bubble: Bubble, isGroupStart: boolean, actions: BubbleActions): void {
  const { isOwn, delivery, createdAt, editedAt, error } = bubble;
  setAttributes(element, {
    class: `message ${isOwn ? "own" : "other"}${isGroupStart ? " group-start" : ""}`,
    "data-delivery": delivery,
  });
  const [foot, failurePlace] = [element.querySelector(".bubble-foot"), element.querySelector(".failure-place")];
  if (foot) setChildren(foot, [editedAt && "edited ", timeOf(createdAt), delivery && tick(delivery)]);
  if (failurePlace) setChildren(failurePlace, [error !== null && failure(bubble, error, actions)]);
}

const timeOf = (at: string): HTMLElement => el("time", { datetime: at }, clockTime(at));

function tick(delivery: Delivery): HTMLElement {
  const { icon: name, words } = deliveryWords[delivery];
  return el(
    "span",
    { class: `tick tick-${delivery}`, title: words },
    icon(name),
    el("span", { class: "visually-hidden" }, words),
  );
}

function failure({ key }: Bubble, error: string, actions: BubbleActions): HTMLElement {
  const retry = el("button", { type: "button", class: "link-button" }, "Try again");
  const discard = el("button", { type: "button", class: "link-button" }, "Discard");
  retry.addEventListener("click", () => actions.retry(key));
  discard.addEventListener("click", () => actions.discard(key));
  return el("div", { class: "failure", role: "alert" }, el("span", {}, `Not sent. ${error}`), retry, discard);
}
