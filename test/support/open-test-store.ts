import { mongo } from "mongoose";
import { type Draft, draftAfter, emptyHead, type Head } from "../../src/chat/log/entry.ts";
import type { Decision } from "../../src/chat/ports.ts";
import { createLogger } from "../../src/process/logger.ts";
import { openStore, type Store } from "../../src/store/open-store.ts";
import { startLimit, uniqueName } from "./services.ts";
import { databaseUri } from "./start-node.ts";

export type TestStore = Store & { uri: string; [Symbol.asyncDispose]: () => Promise<void> };
type Options = { uri?: string; limits?: NonNullable<Parameters<typeof openStore>[0]["limits"]> };

/** A store on a database of its own, or on a given one. */
export const openTestStore = async ({
  uri = databaseUri(uniqueName("store")),
  limits,
}: Options = {}): Promise<TestStore> => {
  const logger = createLogger({ level: process.env["TEST_LOG_LEVEL"] ?? "silent", process: "test-store" });
  const signal = startLimit();
  const store = await openStore({ mongodbUri: uri, logger, signal, ...(limits && { limits }) });
  return { ...store, uri, [Symbol.asyncDispose]: () => store.close(1_000) };
};

/** A look at the database beside the store. */
export const withDatabase = async <T>(uri: string, look: (client: mongo.MongoClient) => Promise<T>): Promise<T> => {
  const client = await mongo.MongoClient.connect(uri);
  try {
    return await look(client);
  } finally {
    await client.close();
  }
};

/** Opens a chat for writing, without anybody being told. */
export const openChat = async ({ log, cards }: Store, bookingId = uniqueName("booking")): Promise<string> => {
  const { card } = await cards.open(bookingId, { ownerId: "owner", seekerId: "seeker" });
  await log.append(card.id, () => ({ append: statusEntry(emptyHead, "active") }));
  return card.id;
};

export const statusEntry = (head: Head, status: "active" | "closed"): Draft => {
  const system = { event: "chat_status_changed", status } as const;
  return draftAfter(head, { type: "system", senderId: null, content: status, system }, { status });
};

/** The decision to send a text, whatever the status. */
export const sendText =
  (
    content: string,
    { role = "owner", clientMessageId }: { role?: "owner" | "seeker"; clientMessageId?: string } = {},
  ) =>
  (head: Head): Decision => ({
    append: draftAfter(head, { type: "text", senderId: role, content, clientMessageId }, { sender: role }),
  });
