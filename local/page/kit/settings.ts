import type { PagePerson, PageRoom } from "../../page-people.ts";
import { words } from "../words/words.ts";

interface SettingsAnswer {
  readonly chatUrls: readonly string[];
  readonly people: readonly PagePerson[];
  readonly rooms: readonly PageRoom[];
  /** Null if the page does not know them. */
  readonly attachmentHosts: readonly string[] | null;
  /** Whether files can be uploaded. */
  readonly canUpload: boolean;
}

/** The page's settings, known before anybody signs in. */
export interface Settings extends SettingsAnswer {
  person(userId: string): Pick<PagePerson, "id" | "name">;
  /** The room of a booking; for a booking made elsewhere its name is the booking's id. */
  room(bookingId: string): PageRoom;
}

/** "kai_moreau-7" → "Kai Moreau 7", for people that the page does not know. */
const nameFromId = (id: string): string =>
  id
    .split(/[-_.:]+/)
    .filter(Boolean)
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join(" ") || id;

const hueFromId = (id: string): number =>
  Array.from(id).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

/** Rejects if the page server does not answer. */
export async function loadSettings(): Promise<Settings> {
  const response = await fetch("/settings.json", { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`settings.json: ${response.status}`);
  const answer: SettingsAnswer = await response.json();
  return {
    ...answer,
    person: (userId) => answer.people.find(({ id }) => id === userId) ?? { id: userId, name: nameFromId(userId) },
    room: (bookingId) =>
      answer.rooms.find(({ id }) => bookingId.startsWith(`${id}-`)) ?? {
        id: bookingId,
        title: words.booking(bookingId),
        place: "",
        hue: hueFromId(bookingId),
      },
  };
}

/** A development token for `userId`; the page server signs one for anybody. */
export async function fetchToken(userId: string): Promise<string> {
  const response = await fetch(`/token?userId=${encodeURIComponent(userId)}`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`token: ${response.status}`);
  const { token }: { token: string } = await response.json();
  return token;
}
