import { el, setChildren, setText } from "../kit/dom.ts";
import { icon } from "../kit/icons.ts";
import type { ConnectionWord, PageClient } from "../page-client.ts";
import { avatar } from "./avatar.ts";

const words: Record<ConnectionWord, string> = {
  connecting: "Connecting…",
  online: "Online",
  lost: "Reconnecting…",
  paused: "Offline",
};

/** The person of this side, the state of the connection, and a button to go offline. */
export function createSideHead({
  client,
  role,
  person,
}: {
  client: PageClient;
  role: "owner" | "seeker";
  person: { name: string };
}) {
  const state = el("span", { class: "connection-state" });
  const toggle = el("button", { type: "button", class: "button button-quiet offline-toggle" });
  const banner = el("div", { class: "banner connection-banner", role: "status" });
  const element = el(
    "header",
    { class: "side-head" },
    avatar(person.name, role),
    el(
      "div",
      { class: "side-who" },
      el("h2", { class: "side-name" }, person.name),
      el("p", { class: "side-role" }, el("span", {}, role === "owner" ? "Owner" : "Seeker"), state),
    ),
    toggle,
  );
  toggle.addEventListener("click", () => {
    if (client.connection === "paused") client.goOnline();
    else client.goOffline();
  });

  return {
    element,
    banner,
    show(): void {
      const connection = client.connection;
      const isPaused = connection === "paused";
      setText(state, words[connection]);
      state.dataset["state"] = connection;
      if (toggle.dataset["paused"] !== String(isPaused)) {
        toggle.dataset["paused"] = String(isPaused);
        setChildren(toggle, [icon(isPaused ? "plug" : "unplug"), isPaused ? "Go online" : "Go offline"]);
      }
      const isAway = isPaused || connection === "lost";
      banner.hidden = !isAway;
      setText(banner, isAway ? "Connection lost – your messages wait and are sent when it is back." : "");
    },
  };
}
