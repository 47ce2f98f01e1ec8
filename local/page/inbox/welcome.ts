import { el, setText } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import type { PageClient } from "../page-client.ts";

/** Shown while no conversation is open: it says what to press first. */
export function createWelcome({
  client,
  role,
  person,
  onApprove,
}: {
  client: PageClient;
  role: "owner" | "seeker";
  person: { name: string };
  onApprove: () => void;
}) {
  const title = el("h3", { class: "welcome-title" });
  const text = el("p", { class: "welcome-text" });
  const approve = el("button", { type: "button", class: "button button-sun" }, "Approve booking");
  const element = el(
    "div",
    { class: "welcome" },
    el("div", { class: `welcome-scene scene-${role}`, "aria-hidden": "true" }, el("span"), el("span"), el("span")),
    title,
    text,
    approve,
  );
  approve.addEventListener("click", onApprove);

  return {
    element,
    show(): void {
      const hasChats = client.chats().length > 0;
      element.hidden = client.openChatId !== null;
      element.classList.toggle("secondary", hasChats);
      setText(title, titleOf(hasChats));
      setText(text, textOf(hasChats));
      approve.hidden = hasChats || role === "seeker";
    },
  };

  function titleOf(hasChats: boolean): string {
    if (hasChats) return "Choose a chat";
    return role === "owner" ? "Somebody would like your room" : "Waiting for a yes";
  }

  function textOf(hasChats: boolean): string {
    if (hasChats) return `Everything ${firstName(person.name)} talks about is on the list.`;
    return role === "owner"
      ? "Approve the booking and two people can talk."
      : `${firstName(person.name)} has asked for a room. As soon as the owner approves the booking, the chat opens here.`;
  }
}
