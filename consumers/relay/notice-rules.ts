import type { Card } from "../../src/chat/cards/card.ts";
import type { ChatState, Place } from "../../src/chat/log/entry.ts";
import type { Role } from "../../src/chat/roles.ts";
import type { UnreadNotice } from "../../src/store/relay/unread-notices.ts";

/** How long an entry stays unread before the notice is published: if the user has no connection, and otherwise. */
export type NoticeDelays = { offlineMs: number; onlineMs: number };

/** A user's presence. `lastSeenAt`: RFC 3339, null if unknown or while connected. */
export type OnlineState = { online: boolean; lastSeenAt: string | null };

/** The seq up to which a person has read, by a mark or by writing. */
export const readUpTo = (card: Card, state: ChatState, role: Role): Place =>
  card.read[role].seq > state.sent[role].seq ? card.read[role] : state.sent[role];

/** How far apart entries may be and still belong to one burst. */
export const gapMs = ({ offlineMs, onlineMs }: NoticeDelays): number => Math.max(offlineMs, onlineMs);

/** A published burst is kept for this long after its end, for entries that are handled late. */
const keptLongerMs = 120_000;

export const forgetAt = ({ lastAt }: Pick<UnreadNotice, "lastAt">, delays: NoticeDelays): Date =>
  new Date(lastAt.getTime() + gapMs(delays) + keptLongerMs);

type Seen = { seq: number; at: Date };
type Planned = { chatId: string; role: Role; known: UnreadNotice | null; readSeq: number; seen: Seen[] };

/**
 * The notice for newly seen unread entries: a new burst, or a continued one; null if nothing has to be written. Reading
 * ends a burst, and so does a pause as long as the longer delay.
 *
 *     10:00 "hello", 10:00 "are you there?" → one burst, published at 10:00:30
 *     10:04 "?"                             → the same burst, not published again
 *     12:00 "good morning"                  → another burst
 */
export const planNotice = (
  { chatId, role, known, readSeq, seen }: Planned,
  delays: NoticeDelays,
): UnreadNotice | null => {
  const open = known !== null && known.firstSeq > readSeq ? known : null;
  // A waiting burst includes every new entry.
  if (open !== null && open.toldAt === null) return null;
  const fresh = seen.filter(({ seq }) => seq > readSeq && seq > (open?.lastSeq ?? 0));
  const [first, last] = [fresh[0], fresh.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (open !== null && first.at.getTime() - open.lastAt.getTime() <= gapMs(delays)) {
    const on = { ...open, lastSeq: last.seq, lastAt: last.at };
    return { ...on, checkAt: forgetAt(on, delays) };
  }
  return {
    chatId,
    role,
    firstSeq: first.seq,
    firstAt: first.at,
    lastSeq: last.seq,
    lastAt: last.at,
    toldAt: null,
    checkAt: new Date(first.at.getTime() + Math.min(delays.offlineMs, delays.onlineMs)),
  };
};

export type Verdict = { is: "over" } | { is: "due" } | { is: "later"; checkAt: Date };

type Judged = {
  notice: UnreadNotice;
  read: Place;
  counted: number;
  presence: OnlineState | null;
  /** Until when the person has muted the chat, null if it is not muted now. */
  mutedUntil: Date | null;
  now: Date;
};

const longestLookMs = 10_000;
/** A process that ends a mute may die before it makes the notice due; then the notice is at most this late. */
const longestMutedLookMs = 3_600_000;

/**
 * Whether the notice is to be published now. While a user's presence is unknown, the user counts as connected: a late notice
 * does less harm than a notice about a message that the user is reading. The notice of a muted chat waits until the mute has
 * passed, however old the entries are by then.
 */
export const judgeNotice = (
  { notice, read, counted, presence, mutedUntil, now }: Judged,
  delays: NoticeDelays,
): Verdict => {
  if (read.seq >= notice.firstSeq || read.counted >= counted) return { is: "over" };
  if (notice.toldAt !== null) {
    const checkAt = forgetAt(notice, delays);
    return checkAt <= now ? { is: "over" } : { is: "later", checkAt };
  }
  if (mutedUntil !== null) {
    return { is: "later", checkAt: new Date(Math.min(mutedUntil.getTime(), now.getTime() + longestMutedLookMs)) };
  }
  const online = presence === null || presence.online;
  const dueAt = online ? notice.firstAt.getTime() + delays.onlineMs : offlineSince(notice, presence) + delays.offlineMs;
  if (dueAt <= now.getTime()) return { is: "due" };
  // A connected user may disconnect at any time.
  const lookMs = online ? Math.min(Math.max(delays.offlineMs / 3, 200), longestLookMs) : Infinity;
  return { is: "later", checkAt: new Date(Math.min(dueAt, now.getTime() + lookMs)) };
};

const offlineSince = ({ firstAt }: UnreadNotice, { lastSeenAt }: OnlineState): number =>
  Math.max(firstAt.getTime(), lastSeenAt === null ? 0 : Date.parse(lastSeenAt));
