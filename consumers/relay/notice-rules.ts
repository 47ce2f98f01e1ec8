import type { Card } from "../../src/chat/cards/card.ts";
import type { ChatState, Place } from "../../src/chat/log/entry.ts";
import type { Role } from "../../src/chat/roles.ts";
import type { UnreadNotice } from "../../src/store/relay/unread-notices.ts";

/** How long something stays unread before others are told: nobody of that user connected, and otherwise. */
export type NoticeDelays = { offlineMs: number; onlineMs: number };

/** What is known of a user's connections. `lastSeenAt`: RFC 3339, null where nobody knows, or while connected. */
export type Presence = { online: boolean; lastSeenAt: string | null };

/** Up to where a person has read, by marking it or by writing. */
export const readUpTo = (card: Card, state: ChatState, role: Role): Place =>
  card.read[role].seq > state.sent[role].seq ? card.read[role] : state.sent[role];

/** How long entries may be apart and still belong to one run. */
export const gapMs = ({ offlineMs, onlineMs }: NoticeDelays): number => Math.max(offlineMs, onlineMs);

/** Who was told of a run is kept in mind for so much longer than the run may last, for entries that are looked at late. */
const keptLongerMs = 120_000;

export const forgetAt = ({ lastAt }: Pick<UnreadNotice, "lastAt">, delays: NoticeDelays): Date =>
  new Date(lastAt.getTime() + gapMs(delays) + keptLongerMs);

type Seen = { seq: number; at: Date };
type Planned = { chatId: string; role: Role; known: UnreadNotice | null; readSeq: number; seen: Seen[] };

/**
 * What newly seen unread entries come to: the beginning of a run, or a run that goes on; null where nothing is to be
 * written. Reading ends a run, and so does a silence as long as the longer delay.
 *
 *     10:00 "hello", 10:00 "are you there?" → one run, told of at 10:00:30
 *     10:04 "?"                             → the same run, nobody is told again
 *     12:00 "good morning"                  → another run
 */
export const planNotice = (
  { chatId, role, known, readSeq, seen }: Planned,
  delays: NoticeDelays,
): UnreadNotice | null => {
  const open = known !== null && known.firstSeq > readSeq ? known : null;
  // One that waits takes in whatever comes.
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

type Judged = { notice: UnreadNotice; read: Place; counted: number; presence: Presence | null; now: Date };

const longestLookMs = 10_000;

/**
 * Whether others are to be told now. Whose presence is not known counts as connected: a notice that comes later does
 * less harm than one to somebody who has the chat before their eyes.
 */
export const judgeNotice = ({ notice, read, counted, presence, now }: Judged, delays: NoticeDelays): Verdict => {
  if (read.seq >= notice.firstSeq || read.counted >= counted) return { is: "over" };
  if (notice.toldAt !== null) {
    const checkAt = forgetAt(notice, delays);
    return checkAt <= now ? { is: "over" } : { is: "later", checkAt };
  }
  const online = presence === null || presence.online;
  const dueAt = online ? notice.firstAt.getTime() + delays.onlineMs : offlineSince(notice, presence) + delays.offlineMs;
  if (dueAt <= now.getTime()) return { is: "due" };
  // Whoever is connected may go at any time.
  const lookMs = online ? Math.min(Math.max(delays.offlineMs / 3, 200), longestLookMs) : Infinity;
  return { is: "later", checkAt: new Date(Math.min(dueAt, now.getTime() + lookMs)) };
};

const offlineSince = ({ firstAt }: UnreadNotice, { lastSeenAt }: Presence): number =>
  Math.max(firstAt.getTime(), lastSeenAt === null ? 0 : Date.parse(lastSeenAt));
