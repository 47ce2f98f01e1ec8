import { z } from "zod";
import type { RequireParticipant } from "./access.ts";
import type { CardKeeper } from "./card-keeper.ts";
import { type Card, type Chat, chatFor, chatStatusSchema } from "./chat.ts";
import { ChatError } from "./errors.ts";
import { type Message, toMessage } from "./message.ts";
import type { ByteBudget, ChatCards, ChatLog, LogPage, LogRange } from "./ports.ts";

export const defaultPageSize = 50;
export const mostPageSize = 200;

/** How many items a page may have: 1 to 200, 50 unless told. */
export const pageSizeSchema = z.int().min(1).max(mostPageSize);
/** A place in a chat's log; 0 is before the first entry. */
export const seqSchema = z.int().min(0);

export const inboxQuerySchema = z.object({
  status: chatStatusSchema.optional(),
  limit: pageSizeSchema.default(defaultPageSize),
  cursor: z.string().max(200).optional(),
});

export type MessagePage = { messages: Message[]; hasMore: boolean };
export type OpenedChat = { chat: Chat } & MessagePage;
export type Inbox = { chats: Chat[]; nextCursor: string | null };

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "page" | "head">;
  cards: Pick<ChatCards, "find" | "inbox">;
  keeper: Pick<CardKeeper, "mend" | "settled">;
  /** What a user may be given to read. */
  budget: ByteBudget;
};

export type ReadChats = {
  /** A page of the log, ascending by seq. @throws ChatError `chat_not_found`, `unavailable` */
  messages: (request: { chatId: string; userId: string; range: LogRange }) => Promise<MessagePage>;
  /** One chat. @throws ChatError `chat_not_found`, `unavailable` */
  chat: (request: { chatId: string; userId: string }) => Promise<Chat>;
  /** One chat with a page of its log. @throws ChatError `chat_not_found`, `unavailable` */
  open: (request: { chatId: string; userId: string; range: LogRange }) => Promise<OpenedChat>;
  /** A user's chats, latest activity first. @throws ChatError `validation_failed` for a foreign cursor */
  inbox: (query: { userId: string } & z.infer<typeof inboxQuerySchema>) => Promise<Inbox>;
};

const bytesOf = (items: { content: string }[]): number =>
  items.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);

/** What participants read. Each read brings the card up to the log where it finds it behind. */
export const createReadChats = ({ requireParticipant, log, cards, keeper, budget }: Parts): ReadChats => {
  const cardUpTo = async (chatId: string, seq: number): Promise<Card> => {
    const card = await cards.find(chatId);
    if (card === null) throw new ChatError("chat_not_found");
    return card.lastSeq >= seq ? card : keeper.mend(chatId);
  };

  const pageFor = async (userId: string, chatId: string, range: LogRange): Promise<LogPage> => {
    budget.require(userId);
    const page = await log.page(chatId, range);
    budget.spend(userId, bytesOf(page.entries));
    return page;
  };

  const messages: ReadChats["messages"] = async ({ chatId, userId, range }) => {
    const { facts } = await requireParticipant(chatId, userId);
    const { entries, hasMore } = await pageFor(userId, facts.id, range);
    return { messages: entries.map(toMessage), hasMore };
  };

  return {
    messages,
    chat: async ({ chatId, userId }) => {
      const { facts, role } = await requireParticipant(chatId, userId);
      const { seq } = await log.head(facts.id);
      return chatFor(await cardUpTo(facts.id, seq), facts.participants, role);
    },
    open: async ({ chatId, userId, range }) => {
      const { facts, role } = await requireParticipant(chatId, userId);
      const { entries, hasMore } = await pageFor(userId, facts.id, range);
      const card = await cardUpTo(facts.id, entries.at(-1)?.seq ?? 0);
      return { chat: chatFor(card, facts.participants, role), messages: entries.map(toMessage), hasMore };
    },
    inbox: async ({ userId, ...query }) => {
      // Who sent over this node, or heard of a message from it, finds it in the inbox.
      budget.require(userId);
      await keeper.settled();
      const { cards: found, nextCursor } = await cards.inbox({ userId, ...query });
      budget.spend(userId, bytesOf(found.flatMap(({ lastMessage }) => lastMessage ?? [])));
      const chats = found.flatMap((card) => {
        const { participants } = card;
        if (participants === null) return [];
        return [chatFor(card, participants, participants.ownerId === userId ? "owner" : "seeker")];
      });
      return { chats, nextCursor };
    },
  };
};
