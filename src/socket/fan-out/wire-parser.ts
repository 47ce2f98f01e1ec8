import type { Message } from "../../chat/log/entry.ts";
import { isBroadcast } from "./wire-shapes.ts";

/** In bytes. The news of somebody's presence goes to up to 500 rooms with names of up to 130. */
const largestBroadcast = 128 * 1_024;

/** The adapter leaves this aside. */
const nothing: unknown[] = [];

/**
 * How nodes write broadcasts to each other through Redis: JSON, which Node writes and reads natively. What is none of ours
 * is read as nothing, and counted by `onStray`.
 *
 * A node hears its own messages as well and drops them by the id they begin with: `["Xk2b9A",{…},{…}]`. With
 * `isOwn` that is seen without parsing the rest. `onMessage` is called for each message of a chat that others broadcast.
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
