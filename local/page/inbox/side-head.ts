import { el, iconButton, setAttributes, setChildren, setText } from "../kit/dom.ts";
import { icon } from "../kit/icons.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";
import { avatar } from "./avatar.ts";

type Options = {
  client: PageClient;
  role: "owner" | "seeker";
  person: { name: string };
  onMenu: (button: HTMLElement) => void;
};

/** The person of this side, the state of the connection, a button to go offline, and the person's menu. */
export function createSideHead({ client, role, person, onMenu }: Options) {
  const state = el("span", { class: "connection-state" });
  const toggle = el("button", { type: "button", class: "button button-quiet offline-toggle" });
  const more = iconButton("more", words.optionsOf(person.name), { "aria-haspopup": "menu" });
  const banner = el("div", { class: "banner connection-banner", role: "status" });
  const element = el(
    "header",
    { class: "side-head" },
    avatar(person.name, role),
    el(
      "div",
      { class: "side-who" },
      el("h2", { class: "side-name" }, el("bdi", {}, person.name)),
      el("p", { class: "side-role" }, el("span", {}, words.roles[role]), state),
    ),
    toggle,
    more,
  );
  more.addEventListener("click", () => onMenu(more));
  toggle.addEventListener("click", () => {
    if (client.connection === "paused") client.goOnline();
    else client.goOffline();
  });

  return {
    element,
    banner,
    show(isSignedOut: boolean): void {
      const connection = client.connection;
      const isPaused = connection === "paused";
      toggle.hidden = more.hidden = isSignedOut;
      setText(state, isSignedOut ? words.signedOut : words.connection[connection]);
      setAttributes(state, { "data-state": connection });
      if (toggle.dataset["paused"] !== String(isPaused)) {
        toggle.dataset["paused"] = String(isPaused);
        setChildren(toggle, [icon(isPaused ? "plug" : "unplug"), isPaused ? words.goOnline : words.goOffline]);
      }
      const isAway = (isPaused || connection === "lost") && !isSignedOut;
      banner.hidden = !isAway;
      setText(banner, isAway ? words.connectionLost : "");
    },
  };
}
