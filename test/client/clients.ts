import {
  type ChatClient,
  type ChatClientOptions,
  type ChatView,
  createChatClient,
} from "../../client/src/chat-client.ts";
import type { ClientStorage } from "../../client/src/types.ts";
import { anApprovedChat, until } from "../support/chat-client.ts";
import { tokenFor } from "../support/start-node.ts";

export type TestClient = ChatClient & AsyncDisposable;

/** A client of a user, on the service or on a proxy before it. */
export const clientOf = (
  { url }: { url: string },
  userId: string,
  options: Partial<ChatClientOptions> = {},
): TestClient => {
  const client = createChatClient({ url, userId, getToken: async () => tokenFor(userId), ...options });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
};

/** An approved chat, and a client of each of its two people. */
export const twoPeople = async (node: { url: string }) => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  const [owner, seeker] = [clientOf(node, ownerId), clientOf(node, seekerId)];
  return {
    chatId,
    ownerId,
    owner,
    seeker,
    ofOwner: owner.chat(chatId),
    ofSeeker: seeker.chat(chatId),
    [Symbol.asyncDispose]: async () => void (await Promise.all([owner.close(), seeker.close()])),
  };
};

export const online = (client: ChatClient): Promise<void> =>
  until(() => client.connection.get().state === "online", "being online");

/** The texts of the items, without those of the service, each with its state. */
export const shownIn = ({ items }: ChatView): string[] =>
  items
    .filter(({ message }) => message.type !== "system")
    .map(({ message, state }) => `${message.content || message.type}: ${state}`);

/** Texts by key that outlive a client, as those of a browser do. `log` has what was called, in order. */
export const sharedStorage = () => {
  const texts = new Map<string, string>();
  const log: string[] = [];
  const storage = {
    texts,
    log,
    /** Whether it refuses the next write, as when the quota is used up. */
    refusesNext: false,
    get: async (key: string) => texts.get(key),
    set: async (key: string, value: string) => {
      const isRefused = storage.refusesNext;
      storage.refusesNext = false;
      if (isRefused) throw new Error("the quota is used up");
      log.push(`set ${key}`);
      texts.set(key, value);
    },
    delete: async (key: string) => void texts.delete(key),
    keys: async (prefix: string) => [...texts.keys()].filter((key) => key.startsWith(prefix)),
  };
  return storage satisfies ClientStorage;
};
