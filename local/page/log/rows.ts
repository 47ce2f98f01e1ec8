import type { Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import { el, type ListItem } from "../kit/dom.ts";
import { dayLabel } from "../kit/format.ts";
import { type BubbleActions, bubbleRow, deliveryOf } from "../message/bubble.ts";
import { isNote, noteRow } from "../message/note.ts";
import { words } from "../words/words.ts";

const groupGapMs = 5 * 60_000;

type Parts = {
  chat: Chat;
  /** Above `items`, not shown. */
  before: Item | undefined;
  items: readonly Item[];
  /** The seq of the message above which the line "New" is shown, or null. */
  newFrom: number | null;
  nameOf: (userId: string) => string;
  actions: BubbleActions;
};

/** Rows of a message that has not changed, with what they depend on. */
const made = new WeakMap<Item, { on: string; row: ListItem }>();

/**
 * A conversation as a list: day separators, centred notes for system messages, bubbles in groups, a line above new
 * messages, and unsent messages at the end.
 */
export function rowsOf({ chat, before: first, items, newFrom, nameOf, actions }: Parts): ListItem[] {
  const rows: ListItem[] = [];
  let before = first;
  let isNewDue = newFrom !== null;
  const today = new Date().toDateString();
  for (const [index, item] of items.entries()) {
    const { message } = item;
    const label = dayOf(message.createdAt, today);
    const isNewDay = before === undefined || dayOf(before.message.createdAt, today) !== label;
    // If everything is new, no line is needed.
    const isNew = isNewDue && "seq" in message && message.seq >= (newFrom ?? 0) && item.state === "received";
    if (isNewDay) rows.push(separator(`day-${label}-${index === 0 ? "" : item.key}`, "day", label));
    if (isNew && before !== undefined) rows.push(separator("new", "new-line", words.newLine));
    isNewDue &&= !isNew;
    const isStart = isNewDay || isNew || !belongTogether(before, item);
    rows.push(rowOf(item, isStart, isGroupEnd(item, items[index + 1]), { chat, nameOf, actions }));
    before = item;
  }
  return rows;
}

function rowOf(
  item: Item,
  isStart: boolean,
  isEnd: boolean,
  { chat, nameOf, actions }: Pick<Parts, "chat" | "nameOf" | "actions">,
): ListItem {
  const on = `${isStart} ${isEnd} ${chat.status}`;
  const known = made.get(item);
  if (known?.on === on) return known.row;
  const { message, key } = item;
  const author = item.state === "received" ? nameOf(message.senderId ?? "") : words.you;
  const row =
    "system" in message && message.system
      ? noteRow(key, message, nameOf(chat.ownerId))
      : bubbleRow(item, author, { isStart, isEnd }, chat.status, actions);
  made.set(item, { on, row });
  return row;
}

const dayLabels = new Map<string, string>();

/** Formatting a date is dear, and there are few days. */
function dayOf(at: string, today: string): string {
  const key = `${today} ${new Date(at).toDateString()}`;
  const label = dayLabels.get(key) ?? dayLabel(at);
  dayLabels.set(key, label);
  return label;
}

const isOwn = ({ state }: Item): boolean => state !== "received";

function belongTogether(before: Item | undefined, item: Item): boolean {
  if (!before || isNote(before.message) || isOwn(before) !== isOwn(item)) return false;
  return Date.parse(item.message.createdAt) - Date.parse(before.message.createdAt) < groupGapMs;
}

/** The last of its group, or of those with the same ticks. */
function isGroupEnd(item: Item, next: Item | undefined): boolean {
  if (!next || isNote(next.message) || !belongTogether(item, next)) return true;
  return deliveryOf(item) !== deliveryOf(next);
}

const separator = (key: string, className: string, text: string): ListItem => ({
  key,
  print: text,
  render: () => el("li", { class: className }, el("span", {}, text)),
});
