import { createBookingDesk } from "./desk/booking-desk.ts";
import { createDeskSheet } from "./desk/desk-sheet.ts";
import type { Booking } from "./desk/pretend-bookings.ts";
import { el, setAttributes, setChildren } from "./kit/dom.ts";
import { loadSettings, type Settings } from "./kit/settings.ts";
import { createTabs, phoneWidth } from "./kit/tabs.ts";
import { createSide, type Side, type SideRole } from "./side.ts";

const roles = ["owner", "seeker"] as const;
const pageTitle = document.title;
const stage = placeOf("stage");
const phone = matchMedia(phoneWidth);

try {
  startPage(await loadSettings());
} catch {
  const text = "The page's server does not answer. Is the local stack running?";
  setChildren(stage, [el("p", { class: "page-failure", role: "alert" }, text)]);
}

function startPage(settings: Settings): void {
  let people = peopleOf(settings);
  let watched: SideRole = "owner";
  const awaited = createAwaitedChat();
  const desk = createBookingDesk({ settings, ...people, onPeople: signIn, onApproved: awaitChat });
  const sheet = createDeskSheet(desk.element);
  const tabs = createTabs(placeOf("tabs"), watch);
  const sides: Record<SideRole, Side> = { owner: makeSide("owner"), seeker: makeSide("seeker") };
  placeOf("desk-place").replaceWith(sheet.element);
  placeSides();
  phone.addEventListener("change", show);
  document.addEventListener("visibilitychange", show);

  function makeSide(role: SideRole): Side {
    return createSide({
      role,
      userId: userOf(people, role),
      settings,
      isWatched: () => watched === role,
      onWatch: () => watch(role),
      onChange: show,
      onApprove: () => desk.approveNew(),
    });
  }

  function signIn(next: People): void {
    people = next;
    for (const role of roles) {
      if (sides[role].userId === userOf(people, role)) continue;
      sides[role].close();
      sides[role] = makeSide(role);
    }
    placeSides();
  }

  function placeSides(): void {
    setChildren(stage, [sides.owner.element, sides.seeker.element]);
    show();
  }

  function watch(role: SideRole): void {
    if (watched === role) return;
    watched = role;
    show();
    for (const each of roles) sides[each].show();
  }

  function awaitChat(booking: Booking): void {
    awaited.begin(booking);
    sheet.close();
  }

  function show(): void {
    awaited.open(sides);
    showStage(sides, watched);
    tabs.show(sides, watched);
    desk.show(sides[watched].client.openChat(), [...sides.owner.client.chats(), ...sides.seeker.client.chats()]);
    showTitle(sides.owner.client.unread() + sides.seeker.client.unread());
  }
}

function showStage(sides: Record<SideRole, Side>, watched: SideRole): void {
  stage.dataset["watched"] = watched;
  for (const role of roles) {
    const { element } = sides[role];
    element.classList.toggle("watched", role === watched);
    setAttributes(element, { role: phone.matches ? "tabpanel" : "region" });
  }
}

function showTitle(unread: number): void {
  document.title = unread > 0 ? `(${unread}) ${pageTitle}` : pageTitle;
}

type People = { ownerId: string; seekerId: string };

function userOf({ ownerId, seekerId }: People, role: SideRole): string {
  return role === "owner" ? ownerId : seekerId;
}

/** `?owner=…&seeker=…` signs in as these people; by default as the first demo people. */
function peopleOf(settings: Settings): People {
  const query = new URLSearchParams(location.search);
  const first = (role: SideRole): string => settings.people.find((person) => person.role === role)?.id ?? role;
  return { ownerId: query.get("owner") || first("owner"), seekerId: query.get("seeker") || first("seeker") };
}

/** Opens a new booking's chat on each side as soon as that side receives it. */
function createAwaitedChat() {
  let bookingId: string | null = null;
  let waiting = new Set<SideRole>();
  return {
    begin(booking: Booking): void {
      bookingId = booking.bookingId;
      waiting = new Set(roles);
    },
    open(sides: Record<SideRole, Side>): void {
      for (const role of waiting) {
        const chat = sides[role].client.chats().find((it) => it.bookingId === bookingId);
        if (!chat) continue;
        waiting.delete(role);
        sides[role].open(chat.id);
      }
    },
  };
}

function placeOf(id: string): HTMLElement {
  const place = document.getElementById(id);
  if (!place) throw new Error(`index.html has no #${id}`);
  return place;
}
