import type { PageRoom } from "../../page-people.ts";
import { el } from "../kit/dom.ts";
import { initials } from "../kit/format.ts";

/** A person's initials in a circle, with a dot while the person is online. Decoration: the name is shown beside it. */
export function avatar(name: string, role: "owner" | "seeker", online = false): HTMLElement {
  return el(
    "span",
    { class: `avatar avatar-${role}`, "aria-hidden": "true" },
    initials(name),
    online && el("span", { class: "presence-dot" }),
  );
}

/** A small arched window in the room's colour. */
export function roomWindow(room: PageRoom): HTMLElement {
  const element = el("span", { class: "room-window", "aria-hidden": "true" });
  element.style.setProperty("--hue", String(room.hue));
  return element;
}
