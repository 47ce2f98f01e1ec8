import type { Rest } from "../connection/rest.ts";
import type { Request } from "../connection/socket.ts";
import type { MarkKind } from "../live/marks.ts";
import type { SenderParts } from "../outbox/sender.ts";
import type { Chat, Rules, ServerEvents } from "../wire.ts";

/** What a chat needs of the part that talks to the service. */
export type Core = SenderParts & {
  userId: string;
  rest: Rest;
  request: Request;
  card: (chatId: string) => Chat | undefined;
  putCard: (chat: Chat) => void;
  /** The newest presence of each person, as far as one was received. */
  presences: ReadonlyMap<string, ServerEvents["presence"]>;
  rules: () => Rules | null;
  /** The service's time. */
  now: () => number;
  isOpen: () => boolean;
  isClosed: () => boolean;
  connectOnce: () => void;
  /** Marks a chat as read or received up to a seq. */
  want: (kind: MarkKind, chatId: string, seq: number) => void;
  flushMarks: () => void;
  /** A chat has all that the service has. */
  onCaughtUp: () => void;
};
