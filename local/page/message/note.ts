import type { Message, SystemNote } from "../../../src/contract/message.ts";
import { el, type ListItem } from "../kit/dom.ts";
import { clockTime } from "../kit/format.ts";
import { type IconName, icon } from "../kit/icons.ts";
import { words } from "../words/words.ts";

/** Whether a message is the service's own. */
export const isNote = ({ type }: Pick<Message, "type">): boolean => type === "system";

/** What a system message says in the reader's language. A participant's own reason is not in it. */
export function noteText(message: Pick<Message, "system" | "content">): string {
  const { system, content } = message;
  if (!system || !("status" in system)) return content;
  const reason = system.by ? null : (system.reason ?? null);
  if (system.event === "booking_approved") return words.events.booking_approved;
  if (system.event === "booking_cancelled") return words.events.booking_cancelled(reason);
  return [words.events[system.status], reason].filter(Boolean).join(" ");
}

function iconOf(system: SystemNote | undefined): IconName {
  if (!system || !("status" in system)) return "calendar";
  if (system.event === "booking_approved") return "calendar";
  if (system.event === "booking_cancelled") return "cross";
  return system.status === "active" ? "pen" : system.status === "readonly" ? "pause" : "lock";
}

/** A system message as a row of the log. A participant's reason is shown below it, with that person's name. */
export function noteRow(key: string, message: Message, ownerName: string): ListItem {
  const { system, createdAt, seq } = message;
  const text = noteText(message);
  const quote = system && "reason" in system && system.by ? system.reason : null;
  return {
    key,
    print: JSON.stringify([text, quote]),
    render: () =>
      el(
        "li",
        { class: "system-note", "data-seq": seq },
        el(
          "span",
          { dir: "auto" },
          icon(iconOf(system)),
          text,
          " ",
          el("time", { datetime: createdAt }, clockTime(createdAt)),
        ),
        quote && el("p", { class: "system-quote" }, `${ownerName}: `, el("q", { dir: "auto" }, quote)),
      ),
  };
}

/** A message in one line: for the list of chats, notifications and the announcer. */
export function lineOf(message: Message): string {
  const { type, content, deleted } = message;
  if (deleted) return words.deletedShort;
  if (isNote(message)) return noteText(message);
  const attached = type === "image" ? words.picture : type === "file" ? words.file : "";
  return attached && content ? `${attached}: ${content}` : attached || content;
}
