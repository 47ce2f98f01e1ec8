import type { Message } from "../../chat/log/entry.ts";
import { isBroadcast } from "./wire-shapes.ts";

/** In bytes. A presence event goes to up to 500 rooms with names of up to 130 bytes. */
const largestBroadcast = 128 * 1_024;

/** The adapter ignores this value. */
const nothing: unknown[] = [];

/**
 * The encoding of broadcasts between nodes through Redis: JSON, which Node writes and reads natively. A message that is
 * not ours is ignored, and `onStray` counts it.
 *
 * A node also receives its own messages and drops them by the id at their beginning: `["Xk2b9A",{…},{…}]`. With
 * `isOwn` this needs no parsing of the rest. `onMessage` is called for each chat message that others broadcast.
 */
export const createWireParser = ({
  isOwn = () => false,
  onMessage = () => undefined,
  onStray = () => undefined,
}: {
  isOwn?: (uid: string) => boolean;
  onMessage?: OnMessage;
  onStray?: () => void;
} = {}) => ({
  encode: (value: unknown): string => JSON.stringify(value),
  decode: (bytes: Buffer): unknown => {
    const uid = /^\["([^"\\]{1,20})",/.exec(bytes.toString("latin1", 0, 32))?.[1];
    if (uid !== undefined && isOwn(uid)) return [uid];
    const said = bytes.length <= largestBroadcast ? parsed(bytes) : undefined;
    if (!isBroadcast(said)) {
      onStray();
      return nothing;
    }
    const [event, payload] = said[1].data;
    if (event === "receive_message") onMessage(payload);
    return said;
  },
});

type OnMessage = (message: Pick<Message, "chatId" | "seq" | "id">) => void;

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
};
