import { el, setText } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";

type Options = {
  client: PageClient;
  role: "owner" | "seeker";
  person: { name: string };
  onApprove: () => void;
  onSignIn: () => void;
};

/** Shown while no conversation is open: it says what to press first. */
export function createWelcome({ client, role, person, onApprove, onSignIn }: Options) {
  const title = el("h3", { class: "welcome-title" });
  const text = el("p", { class: "welcome-text" });
  const approve = el("button", { type: "button", class: "button button-sun" }, words.approve);
  const signIn = el("button", { type: "button", class: "button button-sun", hidden: true }, words.signIn);
  const element = el(
    "div",
    { class: "welcome" },
    el("div", { class: `welcome-scene scene-${role}`, "aria-hidden": "true" }, el("span"), el("span"), el("span")),
    title,
    text,
    approve,
    signIn,
  );
  approve.addEventListener("click", onApprove);
  signIn.addEventListener("click", onSignIn);

  return {
    element,
    show(isSignedOut: boolean): void {
      const hasChats = client.chats().length > 0;
      // While the list loads nobody knows whether it is empty.
      element.hidden = client.openChatId !== null || (!client.isLoaded && !hasChats && !isSignedOut);
      element.classList.toggle("secondary", hasChats && !isSignedOut);
      const [newTitle, newText] = textsOf(hasChats, isSignedOut);
      setText(title, newTitle);
      setText(text, newText);
      approve.hidden = hasChats || role === "seeker" || isSignedOut;
      signIn.hidden = !isSignedOut;
    },
  };

  function textsOf(hasChats: boolean, isSignedOut: boolean): [string, string] {
    const name = firstName(person.name);
    if (isSignedOut) return [words.signedOut, words.signedOutText];
    if (hasChats) return [words.chooseChat, words.chooseChatText(name)];
    return role === "owner"
      ? [words.ownerWelcome, words.ownerWelcomeText]
      : [words.seekerWelcome, words.seekerWelcomeText(name)];
  }
}
