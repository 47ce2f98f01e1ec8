import type { Message } from "../../../src/chat/log/entry.ts";

/** How the page shows an entry: a person's words, the service's, or not at all. */
export function shownAs({ type, system }: Pick<Message, "type" | "system">): "bubble" | "note" | "nothing" {
  if (system?.silent === true) return "nothing";
  return type === "system" ? "note" : "bubble";
}
