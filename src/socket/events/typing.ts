import type { ChatSocket } from "../chat-socket.ts";
import { createHeardTyping } from "./heard-typing.ts";
import { createOwnTyping } from "./own-typing.ts";
import type { TypingWord, Typist } from "./typing-words.ts";

const lookEveryMs = 250;

type Parts = {
  /** This node's name among the others. */
  node: string;
  emit: (typist: Typist, isTyping: boolean) => void;
  /** Sends it to the other nodes. */
  sayToOthers: (word: TypingWord) => void;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
};

/**
 * Typing on this node and on the others: one state per person and chat, over all devices. It ends by itself after seven
 * seconds, even if its node was killed.
 */
export const createTyping = ({ node, emit, sayToOthers, now = () => performance.now() }: Parts) => {
  const heard = createHeardTyping({ emit, now });
  const say = (word: TypingWord): void => {
    heard.hear(word);
    sayToOthers(word);
  };
  const own = createOwnTyping({ node, say, now });
  const timer = setInterval(() => {
    own.look();
    heard.look();
  }, lookEveryMs).unref();

  const over = ({ chatId, userId, toUserId }: Typist): void => {
    say({ chatId, userId, toUserId, isTyping: false, from: null });
    own.over({ chatId, userId }, { isKnown: true });
  };

  return {
    begin: (socket: ChatSocket, typist: Omit<Typist, "userId">): void =>
      own.begin(socket, { ...typist, userId: socket.data.userId }),
    /** Ends the socket's typing in that chat. */
    end: (socket: ChatSocket, { chatId }: Pick<Typist, "chatId">): void =>
      own.end(socket, { chatId, userId: socket.data.userId }),
    gone: (socket: ChatSocket): void => own.endAll(socket),
    /** The chat was closed, or the person sent something: typing is over on every node. */
    over,
    /** As `over`, for each message that is sent over this node; does nothing if this node knows of no typing. */
    sent: (typist: Pick<Typist, "chatId" | "userId">): void => {
      const known = heard.find(typist);
      if (known === undefined) own.over(typist, { isKnown: false });
      else over(known);
    },
    /** Handles a message of another node or a consumer. */
    hear: (word: TypingWord): void => {
      heard.hear(word);
      // Also if typing is over already: a report of this node may have reached others after that message.
      if (!word.isTyping && word.from === null) own.over(word, { isKnown: false });
    },
    stop: (): void => clearInterval(timer),
  };
};
export type TypingState = ReturnType<typeof createTyping>;
