import type { Chat } from "../../../src/chat/cards/card.ts";
import { el, labelled, setText } from "../kit/dom.ts";
import { clockTimeWithSeconds } from "../kit/format.ts";
import type { Settings } from "../kit/settings.ts";
import { words } from "../words/words.ts";
import { createCancelDialog } from "./cancel-dialog.ts";
import { type Booking, type BookingAct, publishBookingEvent } from "./pretend-bookings.ts";

const eventNames: Record<BookingAct, string> = { approve: "booking.approved", cancel: "booking.cancelled" };

/**
 * The pretend booking service at the top of the page: approves a demo booking between the two people, cancels the one
 * whose chat is open, and reports when Kafka accepted the event and when it reached the chat.
 */
export function createBookingDesk({
  settings,
  ownerId,
  seekerId,
  onPeople,
  onApproved,
}: {
  settings: Settings;
  ownerId: string;
  seekerId: string;
  onPeople: (people: { ownerId: string; seekerId: string }) => void;
  /** Called when the event was published; the chat follows. */
  onApproved: (booking: Booking) => void;
}) {
  let chat: Chat | null = null;
  const form = createNewBooking({ settings, ownerId, seekerId, onPeople, onApprove: approveNew });
  const publishing = createPublishing({ onBusy: form.setBusy });
  const current = el("p", { class: "desk-current" });
  const again = el("button", { type: "button", class: "button button-bar" }, words.approveAgain);
  const cancel = el("button", { type: "button", class: "button button-bar" }, words.cancelBooking);
  const cancelDialog = createCancelDialog((reason) => {
    if (chat) void publishing.publish("cancel", bookingOf(chat), reason);
  });
  const element = el(
    "section",
    { class: "desk", id: "desk", "aria-label": words.desk },
    el("h2", { class: "desk-title" }, words.desk),
    form.element,
    el("div", { class: "desk-open" }, current, el("div", { class: "desk-acts" }, again, cancel)),
    publishing.element,
    cancelDialog.element,
  );
  again.addEventListener("click", () => chat && void publishing.publish("approve", bookingOf(chat)));
  cancel.addEventListener("click", () => cancelDialog.open());

  return {
    element,
    approveNew,
    /** `open`: the chat that the person sees; `chats`: all chats of the two sides. */
    show(open: Chat | null, chats: readonly Chat[]): void {
      chat = open;
      setText(
        current,
        chat ? `${settings.room(chat.bookingId).title} · ${words.statuses[chat.status]}` : words.noBooking,
      );
      again.hidden = chat?.status !== "closed";
      cancel.hidden = chat?.status === "closed";
      cancel.disabled = chat === null;
      publishing.showArrival(chats);
    },
  };

  function approveNew(): void {
    const booking = form.take();
    onApproved(booking);
    void publishing.publish("approve", booking);
  }
}

type NewBookingOptions = {
  settings: Settings;
  ownerId: string;
  seekerId: string;
  onPeople: (people: { ownerId: string; seekerId: string }) => void;
  onApprove: () => void;
};

/** The form for a new booking: a room and the two people. */
function createNewBooking({ settings, ownerId, seekerId, onPeople, onApprove }: NewBookingOptions) {
  const owner = peopleSelect(settings, "owner", ownerId);
  const seeker = peopleSelect(settings, "seeker", seekerId);
  const room = el(
    "select",
    { class: "field", id: "desk-room" },
    ...settings.rooms.map(({ id, title, place }) => el("option", { value: id }, place ? `${title}, ${place}` : title)),
  );
  const approve = el("button", { type: "button", class: "button button-sun" }, words.approve);
  const element = el(
    "div",
    { class: "desk-new" },
    labelled(words.room, room),
    labelled(words.roles.owner, owner),
    labelled(words.roles.seeker, seeker),
    approve,
  );
  for (const select of [owner, seeker]) {
    select.addEventListener("change", () => onPeople({ ownerId: owner.value, seekerId: seeker.value }));
  }
  approve.addEventListener("click", onApprove);

  return {
    element,
    setBusy: (isBusy: boolean): void => {
      approve.disabled = isBusy;
    },
    /** The booking as chosen. The next click approves the next room. */
    take(): Booking {
      const bookingId = `${room.value}-${crypto.randomUUID().slice(0, 6)}`;
      room.selectedIndex = (room.selectedIndex + 1) % room.options.length;
      return { bookingId, ownerId: owner.value, seekerId: seeker.value };
    },
  };
}

/** Publishes booking events, and says when Kafka took the last one and when it reached the chat. */
function createPublishing({ onBusy }: { onBusy: (isBusy: boolean) => void }) {
  const element = el("p", { class: "desk-status", role: "status" }, words.deskHint);
  let awaited: { act: BookingAct; bookingId: string; sinceMs: number; text: string } | null = null;

  const showStatus = (state: "busy" | "done" | "failed", text: string): void => {
    element.dataset["state"] = state;
    setText(element, text);
    onBusy(state === "busy");
  };

  return {
    element,
    async publish(act: BookingAct, booking: Booking, reason?: string): Promise<void> {
      const event = eventNames[act];
      showStatus("busy", words.publishing(event));
      const sinceMs = performance.now();
      try {
        const { occurredAt } = await publishBookingEvent(act, { ...booking, ...(reason && { reason }) });
        const text = words.published(event, clockTimeWithSeconds(occurredAt));
        showStatus("done", text);
        awaited = { act, bookingId: booking.bookingId, sinceMs, text };
      } catch (error) {
        showStatus("failed", words.notPublished(event, error instanceof Error ? error.message : ""));
      }
    },
    /** `chats`: all that the two sides know. */
    showArrival(chats: readonly Chat[]): void {
      if (!awaited) return;
      const { act, bookingId, sinceMs, text } = awaited;
      const wanted = act === "approve" ? "active" : "closed";
      if (!chats.some((it) => it.bookingId === bookingId && it.status === wanted)) return;
      const seconds = ((performance.now() - sinceMs) / 1_000).toFixed(1);
      showStatus(
        "done",
        `${text} · ${act === "approve" ? words.chatOpenAfter(seconds) : words.chatClosedAfter(seconds)}`,
      );
      awaited = null;
    },
  };
}

const bookingOf = ({ bookingId, ownerId, seekerId }: Chat): Booking => ({ bookingId, ownerId, seekerId });

function peopleSelect(settings: Settings, role: "owner" | "seeker", chosenId: string): HTMLSelectElement {
  const known = settings.people.filter((person) => person.role === role);
  const people = known.some(({ id }) => id === chosenId) ? known : [settings.person(chosenId), ...known];
  return el(
    "select",
    { class: "field", id: `desk-${role}` },
    ...people.map(({ id, name }) => el("option", { value: id, selected: id === chosenId }, name)),
  );
}
