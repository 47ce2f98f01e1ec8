import { z } from "zod";
import type { RequireParticipant } from "../access.ts";
import { type Card, type Chat, chatFor } from "../cards/card.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import { toMessage } from "../log/entry.ts";
import { cardBytes, largestItemBytes, mostBytesOf } from "../log/size.ts";
import type { Inbox, MessagePage, OpenedChat } from "../pages.ts";
import type { ChatCards, ChatLog, LogRange, Reader, Reads } from "../ports.ts";
import { chatStatusSchema } from "../status.ts";

export const defaultPageSize = 50;
export const mostPageSize = 200;

/** How many items a page may have: 1 to 200, by default 50. */
export const pageSizeSchema = z.int().min(1).max(mostPageSize);
/** A place in a chat's log; 0 is before the first entry. */
export const seqSchema = z.int().min(0);

export const inboxQuerySchema = z.object({
  status: chatStatusSchema.optional(),
  limit: pageSizeSchema.default(defaultPageSize),
  cursor: z.string().max(200).optional(),
});

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "page" | "head">;
  cards: Pick<ChatCards, "find" | "inbox">;
  keeper: Pick<CardKeeper, "mend" | "settled">;
  /** Limits what users have under way and how much they read. */
  reads: Reads;
};

type ChatRequest = { chatId: string; reader: Reader };
type PageRequest = ChatRequest & { range: LogRange };
type InboxRequest = { reader: Reader } & z.infer<typeof inboxQuerySchema>;

/** Each of them @throws ChatError `rate_limited` for a user who reads too much, `unavailable` */
export type ReadChats = {
  /** A page of the log, ascending by seq. @throws ChatError `chat_not_found` */
  messages: (request: PageRequest) => Promise<MessagePage>;
  /** One chat. @throws ChatError `chat_not_found` */
  chat: (request: ChatRequest) => Promise<Chat>;
  /** One chat with a page of its log, which is sent to the client twice. @throws ChatError `chat_not_found` */
  open: (request: PageRequest) => Promise<OpenedChat>;
  /** A user's chats, latest activity first. @throws ChatError `validation_failed` for a cursor that is not ours */
  inbox: (request: InboxRequest) => Promise<Inbox>;
};

const readMessages = async (
  { requireParticipant, log, reads }: Parts,
  { chatId, reader, range }: PageRequest,
): Promise<MessagePage> => {
  const { facts } = await requireParticipant(chatId, reader.userId);
  return reads.run(reader, {
    mostBytes: mostBytesOf(range.limit),
    fetch: async () => {
      const { entries, hasMore, bytes } = await log.page(facts.id, range);
      return { answer: { messages: entries.map(toMessage), hasMore }, bytes };
    },
  });
};

const cardUpTo = async ({ cards, keeper }: Parts, chatId: string, seq: number): Promise<Card> => {
  const card = await cards.find(chatId);
  if (card === null) throw new ChatError("chat_not_found");
  return card.lastSeq >= seq ? card : keeper.mend(chatId);
};

const readChat = async (parts: Parts, { chatId, reader }: ChatRequest): Promise<Chat> => {
  const { facts, role } = await parts.requireParticipant(chatId, reader.userId);
  return parts.reads.run(reader, {
    mostBytes: largestItemBytes,
    fetch: async () => {
      const { seq } = await parts.log.head(facts.id);
      const card = await cardUpTo(parts, facts.id, seq);
      return { answer: chatFor(card, facts.participants, role), bytes: cardBytes(card) };
    },
  });
};

// A client that has all there is knows the newest seq, which the card may be behind. What it claims is not believed: a
// card that is mended is written, and both people hear of it.
const atMostHead = async ({ cards, log }: Parts, chatId: string, seq: number): Promise<number> => {
  const card = await cards.find(chatId);
  return card === null || card.lastSeq >= seq ? 0 : (await log.head(chatId)).seq;
};

const openChat = async (parts: Parts, { chatId, reader, range }: PageRequest): Promise<OpenedChat> => {
  const { facts, role } = await parts.requireParticipant(chatId, reader.userId);
  return parts.reads.run(reader, {
    mostBytes: 2 * (mostBytesOf(range.limit) + largestItemBytes),
    fetch: async () => {
      const { entries, hasMore, bytes } = await parts.log.page(facts.id, range);
      const newestSeq = entries.at(-1)?.seq ?? (await atMostHead(parts, facts.id, range.after ?? 0));
      const card = await cardUpTo(parts, facts.id, newestSeq);
      const chat = chatFor(card, facts.participants, role);
      return { answer: { chat, messages: entries.map(toMessage), hasMore }, bytes: 2 * (bytes + cardBytes(card)) };
    },
  });
};

const readInbox = ({ cards, keeper, reads }: Parts, { reader, ...query }: InboxRequest): Promise<Inbox> =>
  reads.run(reader, {
    mostBytes: mostBytesOf(query.limit),
    fetch: async () => {
      // Who sent over this node, or heard of a message from it, finds it in the inbox.
      await keeper.settled();
      const { userId } = reader;
      const { cards: found, nextCursor, bytes } = await cards.inbox({ userId, ...query });
      const chats = found.flatMap((card) => {
        const { participants } = card;
        if (participants === null) return [];
        return [chatFor(card, participants, participants.ownerId === userId ? "owner" : "seeker")];
      });
      return { answer: { chats, nextCursor }, bytes };
    },
  });

/** The reads of participants. A read that finds a card out of date updates it from the log. */
export const createReadChats = (parts: Parts): ReadChats => ({
  messages: (request) => readMessages(parts, request),
  chat: (request) => readChat(parts, request),
  open: (request) => openChat(parts, request),
  inbox: (request) => readInbox(parts, request),
});
