import type { Chat } from "../../../src/contract/chat.ts";
import { createDialog } from "../kit/dialog.ts";
import { el, labelled } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { MenuItem } from "../kit/menu.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";

const hourMs = 3_600_000;
/** The last moment that the service takes. */
const forEver = new Date("9999-12-31T23:59:59.999Z");

type Acts = { onReport: () => void; onDay: () => void };

/** What can be done with a chat. */
export function chatMenuItems(
  chat: Chat,
  client: PageClient,
  otherName: string,
  { onReport, onDay }: Acts,
): MenuItem[] {
  const mute = (until: Date | null) => () => void client.act(() => client.chat(chat.id).mute(until));
  const inHours = (hours: number) => new Date(Date.now() + hours * hourMs);
  const muting: MenuItem[] = isMuted(chat)
    ? [{ label: words.unmute, icon: "bell", act: mute(null) }]
    : [
        { label: words.mute1h, icon: "mute", act: () => mute(inHours(1))() },
        { label: words.mute8h, icon: "mute", act: () => mute(inHours(8))() },
        { label: words.muteForever, icon: "mute", act: mute(forEver) },
      ];
  const isActive = chat.status === "active";
  const isSwitchable = chat.ownerId === client.userId && chat.status !== "closed";
  const switching: MenuItem = {
    label: isActive ? words.makeReadonly : words.allowWriting,
    icon: isActive ? "pause" : "pen",
    act: () => void client.setStatus(chat.id, isActive ? "readonly" : "active"),
  };
  return [
    ...muting,
    { label: words.goToDay, icon: "calendar", act: onDay },
    ...(isSwitchable ? [switching] : []),
    { label: words.reportPerson(firstName(otherName)), icon: "flag", tone: "danger", act: onReport },
  ];
}

export const isMuted = ({ mutedUntil }: Chat): boolean => mutedUntil !== null && Date.parse(mutedUntil) > Date.now();

/** Says that a chat gives no notices. */
export const mutedMark = (): HTMLElement =>
  el("span", { class: "muted-mark" }, icon("mute"), el("span", { class: "visually-hidden" }, words.muted));

/** Asks for a day to go to. */
export function createDayDialog(onDay: (day: string) => void) {
  const day = el("input", { type: "date", class: "field", required: true });
  const dialog = createDialog({
    title: words.goToDayTitle,
    confirm: words.go,
    body: [labelled(words.day, day)],
    onConfirm: () => {
      if (day.value !== "") onDay(day.value);
      return day.value !== "";
    },
  });
  return {
    element: dialog.element,
    open(): void {
      day.max = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
      dialog.open();
    },
  };
}
