import { type Card, muteOf } from "../../src/chat/cards/card.ts";
import { type Entry, type Head, toMessage } from "../../src/chat/log/entry.ts";
import type { ChatLog } from "../../src/chat/ports.ts";
import { userOf } from "../../src/chat/roles.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import type { UnreadNotice, UnreadNotices } from "../../src/store/relay/unread-notices.ts";
import { type EncodedEvent, unreadEvent } from "./chat-event.ts";
import type { PublishEvents } from "./event-publisher.ts";
import { forgetAt, judgeNotice, type NoticeDelays, type OnlineState, planNotice, readUpTo } from "./notice-rules.ts";

/** The needed fields of a chat's newest entry. */
export type Newest = Head & Pick<Entry, "createdAt">;

/** A chat with its newest entry, and the shown entries that were seen since the last check. */
export type Looked = { card: Card; newest: Newest; seen: { seq: number; at: Date }[] };

export type UnreadWatch = {
  /** Notes what is still unread; call it some seconds after the entries were written. */
  note: (chats: Looked[]) => Promise<void>;
  /** Publishes what has been unread for long enough. */
  publishDue: (signal: AbortSignal) => Promise<void>;
};

type Parts = {
  notices: UnreadNotices;
  scan: Pick<RelayScan, "cards" | "newest">;
  log: Pick<ChatLog, "shownAt">;
  /** Null if unknown. */
  presenceOf: (userId: string) => Promise<OnlineState | null>;
  publish: PublishEvents;
  delays: NoticeDelays;
  now: () => Date;
};

const atOnce = 200;
const roles = ["owner", "seeker"] as const;
/** No notice for a message older than this. */
const oldestMs = 24 * 3_600_000;
/** The database is queried at least this often, for notices that another holder of the lease wrote at its end. */
const longestQuietMs = 10_000;

const keyOf = ({ chatId, role }: Pick<UnreadNotice, "chatId" | "role">): string => `${chatId}:${role}`;

/**
 * Watches what stays unread. The notices are in the database, so a new holder of the lease continues where the last one
 * was. Whether an entry is unread is read from the log and the card at the moment of publishing. There are no queries
 * until the first notice is due.
 */
export const createUnreadWatch = ({ notices, scan, log, presenceOf, publish, delays, now }: Parts): UnreadWatch => {
  const look = createLook({ log, presenceOf, delays, now });
  let lookAt = 0;
  const lookAtLatest = (at: Date): void => {
    lookAt = Math.min(lookAt, at.getTime());
  };

  const note: UnreadWatch["note"] = async (chats) => {
    const oldest = now().getTime() - oldestMs;
    const unread = chats.flatMap((chat) => (chat.newest.createdAt.getTime() < oldest ? [] : unreadBy(chat)));
    if (unread.length === 0) return;
    const known = new Map((await notices.find(unread)).map((notice) => [keyOf(notice), notice]));
    const changes = unread.flatMap((one) => {
      const seen = known.get(keyOf(one)) ?? null;
      const notice = planNotice({ ...one, known: seen }, delays);
      return notice ? [{ notice, seen }] : [];
    });
    await notices.put(changes);
    for (const { checkAt } of [...known.values(), ...changes.map(({ notice }) => notice)]) lookAtLatest(checkAt);
  };

  const publishAllDue = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const due = await notices.due(now(), atOnce);
      if (due.length === 0) return;
      const cards = await scan.cards([...new Set(due.map(({ chatId }) => chatId))]);
      const newest = await scan.newest(cards);
      const cardOf = new Map(cards.map((card) => [card.id, card]));
      const looks = await Promise.all(
        due.map((notice) => look(notice, cardOf.get(notice.chatId), newest.get(notice.chatId))),
      );
      await publish(
        looks.flatMap(({ event }) => event ?? []),
        signal,
      );
      await notices.put(
        looks.flatMap(({ notice, published }) => (published ? [{ notice: published, seen: notice }] : [])),
      );
      await notices.postpone(looks.flatMap(({ notice, checkAt }) => (checkAt ? [{ notice, checkAt }] : [])));
      await notices.remove(looks.flatMap(({ notice, over }) => (over ? [notice] : [])));
      if (due.length < atOnce) return;
    }
  };

  const publishDue: UnreadWatch["publishDue"] = async (signal) => {
    const before = lookAt;
    if (now().getTime() < before) return;
    try {
      await publishAllDue(signal);
      // A notice that is written later sets an earlier time again.
      lookAt = now().getTime() + longestQuietMs;
      lookAtLatest((await notices.nextAt()) ?? new Date(lookAt));
    } catch (error) {
      lookAt = before;
      throw error;
    }
  };

  return { note, publishDue };
};

/** A notice that is over, or is checked again later, or is due: then with its event, and the notice after that. */
type Look = { notice: UnreadNotice; over?: true; checkAt?: Date; published?: UnreadNotice; event?: EncodedEvent };

/** Decides about one notice, and makes its event if it is due. */
const createLook =
  ({ log, presenceOf, delays, now }: Pick<Parts, "log" | "presenceOf" | "delays" | "now">) =>
  async (notice: UnreadNotice, card: Card | undefined, newest: Entry | undefined): Promise<Look> => {
    if (!card?.participants || !newest) return { notice, over: true };
    const { seq, state } = newest;
    const read = readUpTo(card, state, notice.role);
    const presence = await presenceOf(userOf(card.participants, notice.role));
    const muted = muteOf(card, notice.role, now());
    const judged = { notice, read, counted: state.counted, presence, mutedUntil: muted, now: now() };
    const verdict = judgeNotice(judged, delays);
    if (verdict.is === "over") return { notice, over: true };
    if (verdict.is === "later") return { notice, checkAt: verdict.checkAt };
    const message = state.shownSeq === seq ? newest : await log.shownAt(notice.chatId, state.shownSeq);
    if (message === null) return { notice, over: true };
    const published = { ...notice, toldAt: now(), lastSeq: seq, lastAt: message.createdAt };
    const people = { id: card.id, bookingId: card.bookingId, participants: card.participants };
    return {
      notice,
      published: { ...published, checkAt: forgetAt(published, delays) },
      event: unreadEvent(notice, people, {
        unreadCount: state.counted - read.counted,
        message: toMessage(message),
        at: published.toldAt,
      }),
    };
  };

/** The roles that have something unread, and up to which seq each has read. */
const unreadBy = ({ card, newest, seen }: Looked) =>
  roles.flatMap((role) => {
    const read = readUpTo(card, newest.state, role);
    const isUnread = card.participants !== null && newest.state.counted > read.counted;
    return isUnread ? [{ chatId: card.id, role, readSeq: read.seq, seen }] : [];
  });
