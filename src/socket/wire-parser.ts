import type { Message } from "../chat/message.ts";
import { field } from "./end-connection.ts";

/** The prefix of our channels in Redis. */
export const channelKey = "lyvo-chat";

/**
 * How nodes write to each other through Redis: JSON, which Node writes and reads natively. What is not ours on the
 * channel is read as nothing, and the adapter leaves it aside.
 *
 * A node hears its own messages as well and drops them by the id they begin with: `["Xk2b9A",{…},{…}]`. With
 * `isOwn` that is seen without parsing the rest. `onMessage` is told of each message of a chat that others broadcast.
 */
export const createWireParser = ({
  isOwn = () => false,
  onMessage = () => undefined,
}: {
  isOwn?: (uid: string) => boolean;
  onMessage?: OnMessage;
} = {}) => ({
  encode: (value: unknown): string => JSON.stringify(value),
  decode: (bytes: Buffer | string): unknown => {
    const uid = /^\["([^"\\]{1,20})",/.exec(bytes.toString("latin1", 0, 32))?.[1];
    if (uid !== undefined && isOwn(uid)) return [uid];
    try {
      const said: unknown = JSON.parse(bytes.toString());
      const message = messageIn(said);
      if (message !== null) onMessage(message);
      return said;
    } catch {
      return [];
    }
  },
});

type OnMessage = (message: Pick<Message, "chatId" | "seq" | "id">) => void;

const objectId = /^[0-9a-f]{24}$/;
const isObjectId = (value: unknown): value is string => typeof value === "string" && objectId.test(value);

/** The message that a broadcast brings to a chat's room: `["Xk2b9A",{"type":2,"data":["receive_message",{…}]},{…}]`. */
const messageIn = (said: unknown): Parameters<OnMessage>[0] | null => {
  const [event, message] = asArray(field(asArray(said)[1], "data"));
  const [chatId, seq, id] = [field(message, "chatId"), field(message, "seq"), field(message, "id")];
  const isOne = event === "receive_message" && typeof seq === "number" && isObjectId(chatId) && isObjectId(id);
  return isOne ? { chatId, seq, id } : null;
};

const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
