import type { Side, SideRole } from "../side.ts";
import { words } from "../words/words.ts";
import { el, setChildren, setText } from "./dom.ts";

const roles = ["owner", "seeker"] as const;
/** As in side.css: a narrower page has room for only one side. */
export const phoneWidth = "(max-width: 760px)";

/** On a phone, tabs choose which of the two sides is shown. Arrow keys switch. */
export function createTabs(place: HTMLElement, onChoose: (role: SideRole) => void) {
  setChildren(place, []);
  place.setAttribute("role", "tablist");
  place.setAttribute("aria-label", words.whosePhone);
  const tabs = roles.map((role) => {
    const name = el("span", { class: "tab-name" });
    const badge = el("span", { class: "badge" });
    const tab = el(
      "button",
      { type: "button", role: "tab", class: `tab tab-${role}`, id: `tab-${role}`, "aria-controls": `side-${role}` },
      el("span", { class: "tab-role" }, words.roles[role]),
      name,
      badge,
    );
    tab.addEventListener("click", () => onChoose(role));
    place.append(tab);
    return { role, tab, name, badge };
  });
  place.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const isForth = (event.key === "ArrowRight") === (document.documentElement.dir !== "rtl");
    const role = isForth ? "seeker" : "owner";
    onChoose(role);
    tabs.find((it) => it.role === role)?.tab.focus();
  });

  return {
    show(sides: Readonly<Record<SideRole, Side>>, chosen: SideRole): void {
      for (const { role, tab, name, badge } of tabs) {
        const unread = sides[role].client.unread();
        tab.setAttribute("aria-selected", String(role === chosen));
        tab.tabIndex = role === chosen ? 0 : -1;
        setText(name, sides[role].person.name);
        setText(badge, String(unread));
        badge.hidden = unread === 0;
        badge.setAttribute("aria-label", words.unread(unread));
      }
    },
  };
}
