import { shareRuns } from "../../timing/share-runs.ts";
import type { Access, RequireParticipant } from "../access.ts";
import type { Card, DeliveredMark, Receipt } from "../cards/card.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import type { Entry } from "../log/entry.ts";
import type { Broadcast, ChatCards, ChatLog, Clock, Turns } from "../ports.ts";
import type { Role } from "../roles.ts";

/** `seq` left out: everything. A seq beyond the newest entry means the newest. */
export type MarkRequest = { chatId: string; userId: string; seq?: number | undefined };
export type MarkRead = (request: MarkRequest) => Promise<Receipt>;
export type MarkDelivered = (request: MarkRequest) => Promise<Receipt>;

type Kind = "read" | "delivered";
type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "entryAt">;
  cards: Pick<ChatCards, "advanceRead" | "advanceDelivered" | "markOf" | "markHint">;
  /** Limits how many marks a user may move at once. */
  marks: Turns;
  now: Clock;
};
type Wish = Access & { userId: string; seq: number };
type Moved = { mark: DeliveredMark; moved: boolean };
type MoveParts = Parts & {
  kind: Kind;
  advance: (role: Role, entry: Entry, at: Date) => Promise<Moved>;
  onMoved: (receipt: Receipt) => void;
};

/**
 * Moves a mark forward. However many calls of one person for one chat come at once, one move is under way and one waits
 * for all others. If memory shows that the mark is there already, only the card's mark is read.
 */
const createMove = ({ requireParticipant, log, cards, marks, now, kind, advance, onMoved }: MoveParts): MarkRead => {
  const keyOf = ({ facts, role }: Access): string => `${facts.id} ${role}`;

  const standing = async (chatId: string, role: Role): Promise<Moved> => {
    const mark: Card[Kind][Role] | null = await cards.markOf(chatId, kind, role);
    if (mark === null) throw new ChatError("chat_not_found");
    return { mark, moved: false };
  };

  const move = async ({ facts, role, seq }: Wish): Promise<Moved> => {
    const known = cards.markHint(facts.id, kind, role);
    // Only a hint: devices move marks on other nodes as well, so the answer comes from the card.
    if (seq <= known) return standing(facts.id, role);
    const entry = await log.entryAt(facts.id, seq);
    if (entry === null || entry.seq <= known) return standing(facts.id, role);
    return advance(role, entry, now());
  };

  const take = shareRuns<Wish, Receipt>({
    merge: (one, other) => (one.seq >= other.seq ? one : other),
    run: (wish) =>
      marks.run(wish.userId, async () => {
        const { mark, moved } = await move(wish);
        const receipt = { chatId: wish.facts.id, userId: wish.userId, seq: mark.seq, at: mark.at.toISOString() };
        if (moved) onMoved(receipt);
        return receipt;
      }),
  });

  return async ({ chatId, userId, seq = Number.MAX_SAFE_INTEGER }) => {
    const access = await requireParticipant(chatId, userId);
    return take(keyOf(access), { ...access, userId, seq });
  };
};

/**
 * Moves a participant's read mark forward, and the delivered mark with it, since what is read was delivered. A mark never
 * moves back; a lower seq is answered with the current mark.
 * @throws ChatError `chat_not_found`; `rate_limited` for a user who marks too many chats at once; `unavailable`
 */
export const createMarkRead = ({
  keeper,
  broadcast,
  ...parts
}: Parts & { keeper: Pick<CardKeeper, "notifyLater">; broadcast: Pick<Broadcast, "messagesRead"> }): MarkRead =>
  createMove({
    ...parts,
    kind: "read",
    advance: (...move) => parts.cards.advanceRead(...move),
    onMoved: (receipt) => {
      broadcast.messagesRead(receipt);
      keeper.notifyLater(receipt.chatId);
    },
  });

/**
 * Moves a participant's delivered mark forward: these entries have reached one of the person's devices.
 * @throws ChatError as `createMarkRead`
 */
export const createMarkDelivered = ({
  broadcast,
  ...parts
}: Parts & { broadcast: Pick<Broadcast, "messagesDelivered"> }): MarkDelivered =>
  createMove({
    ...parts,
    kind: "delivered",
    advance: (...move) => parts.cards.advanceDelivered(...move),
    onMoved: (receipt) => broadcast.messagesDelivered(receipt),
  });
