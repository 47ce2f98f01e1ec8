import type { ChatSocket } from "../chat-socket.ts";
import { createHeardTyping } from "./heard-typing.ts";
import { createOwnTyping } from "./own-typing.ts";
import type { TypingWord, Typist } from "./typing-words.ts";

const lookEveryMs = 250;

type Parts = {
  /** This node's name among the others. */
  node: string;
  emit: (typist: Typist, isTyping: boolean) => void;
  /** Says it to the other nodes. */
  sayToOthers: (word: TypingWord) => void;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

/**
 * Typing on this node and on the others: who types is one state for a person and a chat, over all devices, and ends by
 * itself after seven seconds, also where the node that knew of it is no more.
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
    /** The socket types no more in that chat. */
    end: (socket: ChatSocket, { chatId }: Pick<Typist, "chatId">): void =>
      own.end(socket, { chatId, userId: socket.data.userId }),
    gone: (socket: ChatSocket): void => own.endAll(socket),
    /** The chat was closed, or the person sent something: it is over on every node. */
    over,
    /** As `over`, for each message that is sent over this node: where nobody knows of typing there is nothing to say. */
    sent: (typist: Pick<Typist, "chatId" | "userId">): void => {
      const known = heard.find(typist);
      if (known === undefined) own.over(typist, { isKnown: false });
      else over(known);
    },
    /** What another node or a consumer says. */
    hear: (word: TypingWord): void => {
      heard.hear(word);
      // Said also for what is over already: a word of this node may have come to others after that one.
      if (!word.isTyping && word.from === null) own.over(word, { isKnown: false });
    },
    stop: (): void => clearInterval(timer),
  };
};
export type Typing = ReturnType<typeof createTyping>;
