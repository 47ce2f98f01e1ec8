import { createBookingDesk } from "./desk/booking-desk.ts";
import { createDeskSheet } from "./desk/desk-sheet.ts";
import type { Booking } from "./desk/pretend-bookings.ts";
import { chatInAddress, createAddress } from "./kit/address.ts";
import { el, setAttributes, setChildren } from "./kit/dom.ts";
import { loadSettings, type Settings } from "./kit/settings.ts";
import { createTabs, phoneWidth } from "./kit/tabs.ts";
import { showUnreadBadge } from "./kit/unread-badge.ts";
import { createSide, type Side, type SideRole } from "./side.ts";
import { chooseLanguage, language, languageNames, words } from "./words/words.ts";

const roles = ["owner", "seeker"] as const;
const stage = placeOf("stage");
const phone = matchMedia(phoneWidth);

try {
  startPage(await loadSettings());
} catch {
  setChildren(stage, [el("p", { class: "page-failure", role: "alert" }, words.pageFailure)]);
}

function startPage(settings: Settings): void {
  let people = peopleOf(settings);
  let watched: SideRole = "owner";
  const awaited = createAwaitedChat();
  const onApproved = (booking: Booking): void => awaited.begin(booking, sheet);
  const desk = createBookingDesk({ settings, ...people, onPeople: signIn, onApproved });
  const sheet = createDeskSheet(desk.element);
  const tabs = createTabs(placeOf("tabs"), watch);
  const sides: Record<SideRole, Side> = { owner: makeSide("owner"), seeker: makeSide("seeker") };
  const address = createAddress((chatId) => sides[watched].goTo(chatId));
  placeOf("desk-place").replaceWith(sheet.element);
  placeOf("language-place").replaceWith(createLanguageSelect());
  for (const role of roles) sides[role].open(chatInAddress());
  renew([]);
  phone.addEventListener("change", show);

  function makeSide(role: SideRole): Side {
    return createSide({
      role,
      userId: userOf(people, role),
      settings,
      isWatched: () => watched === role,
      onWatch: () => watch(role),
      onChange: show,
      onApprove: () => desk.approveNew(),
      onSignIn: () => renew([role]),
    });
  }

  function signIn(next: People): void {
    people = next;
    renew(roles.filter((role) => sides[role].userId !== userOf(people, role)));
  }

  function renew(some: readonly SideRole[]): void {
    for (const role of some) {
      sides[role].close();
      sides[role] = makeSide(role);
    }
    setChildren(stage, [sides.owner.element, sides.seeker.element]);
    show();
  }

  function watch(role: SideRole): void {
    if (watched === role) return;
    watched = role;
    address.show(sides[role].client.openChatId, false);
    show();
    for (const each of roles) sides[each].show();
  }

  function show(): void {
    awaited.open(sides);
    for (const role of roles) closeUnknown(sides[role], role === watched);
    address.show(sides[watched].client.openChatId, true);
    showStage(sides, watched);
    tabs.show(sides, watched);
    showTotals(desk, sides, watched);
  }
}

function showTotals(
  desk: ReturnType<typeof createBookingDesk>,
  sides: Record<SideRole, Side>,
  watched: SideRole,
): void {
  const [owner, seeker] = [sides.owner.client, sides.seeker.client];
  desk.show(sides[watched].client.openChat(), [...owner.chats(), ...seeker.chats()]);
  showUnreadBadge(owner.unread() + seeker.unread());
}

function showStage(sides: Record<SideRole, Side>, watched: SideRole): void {
  stage.dataset["watched"] = watched;
  document.body.classList.toggle("has-open-chat", sides[watched].client.openChatId !== null);
  for (const role of roles) {
    const { element } = sides[role];
    element.classList.toggle("watched", role === watched);
    setAttributes(element, { role: phone.matches ? "tabpanel" : "region" });
  }
}

/** A chat that is not this person's: the address was somebody else's, or is an old one. */
function closeUnknown({ client, open }: Side, isWatched: boolean): void {
  const { openChatId } = client;
  if (openChatId === null) return;
  const { chat, may } = client.view(openChatId);
  if (chat !== null || may.send.ok || may.send.code !== "chat_not_found") return;
  open(null);
  if (isWatched) client.failed(words.noSuchChat);
}

function createLanguageSelect(): HTMLElement {
  const options = Object.entries(languageNames).map(([tag, name]) =>
    el("option", { value: tag, selected: tag === language, lang: tag }, name),
  );
  const select = el("select", { class: "field language", "aria-label": words.language }, ...options);
  select.addEventListener("change", () => chooseLanguage(select.value));
  return select;
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
    begin(booking: Booking, sheet: { close: () => void }): void {
      sheet.close();
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
