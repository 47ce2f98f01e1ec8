import type { Cards } from "../cards.ts";
import type { Rest } from "../connection/rest.ts";
import type { Request } from "../connection/socket.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Chat, Rules, ServerEvents } from "../wire.ts";
import type { MarkKind } from "./marks.ts";

/** What a chat needs of the client. */
export type Core = {
  readonly userId: string;
  readonly rest: Rest;
  readonly request: Request;
  readonly cards: Cards;
  readonly outbox: Outbox;
  /** The newest presence of each person, as far as one was received. */
  readonly presences: ReadonlyMap<string, ServerEvents["presence"]>;
  readonly rules: Rules | null;
  /** The service's time. */
  readonly now: () => number;
  readonly isOpen: () => boolean;
  readonly isClosed: boolean;
  flushMarks(): void;
  readonly connectOnce: () => void;
  readonly putCard: (chat: Chat) => void;
  count(what: "holesFilled" | "resends"): void;
  /** Marks a chat as read or received up to a seq. */
  want(kind: MarkKind, chatId: string, seq: number): void;
};
