import type { Chat } from "../../../src/contract/chat.ts";
import { el, setChildren } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";

type Parts = { client: PageClient; settings: Settings };

/** One line in the composer's place, which says why nobody can write. */
export function createStatusLine(parts: Parts) {
  const element = el("p", { class: "status-line", role: "status", tabindex: -1 });
  return {
    element,
    focus: (): void => element.focus(),
    /** @returns whether nobody can write */
    show(chat: Chat): boolean {
      const reason = lockedBecause(chat, parts);
      element.hidden = reason === null;
      element.dataset["status"] = chat.status;
      if (reason !== null && element.textContent !== reason) {
        setChildren(element, [icon(chat.status === "closed" ? "lock" : "pause"), el("span", { dir: "auto" }, reason)]);
      }
      return reason !== null;
    },
  };
}

/**
 * Why nobody can write, null in an active chat. The owner's words are shown in quotation marks with the owner's name;
 * the service's words are not.
 */
function lockedBecause(chat: Chat, { client, settings }: Parts): string | null {
  if (chat.status === "active") return null;
  const reason = chat.statusReason;
  if (isOwnersDoing(chat, client)) {
    const name = chat.ownerId === client.userId ? null : firstName(settings.person(chat.ownerId).name);
    return words.readonlyBy(name, reason);
  }
  return chat.status === "closed" ? words.chatClosed(reason) : words.chatReadonly(reason);
}

/**
 * The log has who set the status. Until it is loaded, the words count as the owner's: a person's words must never
 * look like the service's. An owner can only make a chat read-only.
 */
function isOwnersDoing(chat: Chat, client: PageClient): boolean {
  if (chat.status !== "readonly") return false;
  const told = client.view(chat.id).items.findLast(({ message }) => "system" in message)?.message;
  const system = told && "system" in told ? told.system : undefined;
  return system === undefined || ("by" in system && system.by === "owner");
}
