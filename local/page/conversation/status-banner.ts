import type { Chat } from "../../../src/chat/cards/card.ts";
import { el, setChildren } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";

type Parts = { client: PageClient; settings: Settings };

/** Says why nobody can write in a chat. */
export function createStatusBanner(parts: Parts) {
  const element = el("div", { class: "banner status-banner", role: "status" });
  return {
    element,
    show(chat: Chat): void {
      const reason = lockedBecause(chat, parts);
      element.hidden = reason === null;
      element.dataset["status"] = chat.status;
      if (reason === null || element.textContent === reason) return;
      setChildren(element, [icon(chat.status === "closed" ? "lock" : "pause"), el("span", {}, reason)]);
    },
  };
}

/**
 * Why nobody can write, null in an active chat. The owner's words are shown in quotation marks with the owner's name;
 * the service's words are not.
 */
export function lockedBecause(chat: Chat, { client, settings }: Parts): string | null {
  if (chat.status === "active") return null;
  const words = chat.statusReason;
  if (isOwnersDoing(chat, client)) {
    const name = chat.ownerId === client.userId ? "You" : firstName(settings.person(chat.ownerId).name);
    return `${name} made this chat read-only${words ? `: “${words}”` : "."}`;
  }
  return `This chat is ${chat.status === "closed" ? "closed" : "read-only"}${words ? `: ${words}` : "."}`;
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
