import type { Acts } from "../../src/chat/acts/create-acts.ts";
import { type EventReader, readEvents } from "./chat-events.ts";
import type { TestKafka } from "./kafka.ts";
import { openTestStore, type TestStore } from "./open-test-store.ts";
import { chatOn } from "./run-relay.ts";
import { uniqueName } from "./services.ts";

/** What a relay works between: a store with what people do on it, and a topic with a reader of its events. */
export type RelayGround = {
  store: TestStore;
  topic: string;
  reader: EventReader;
  chats: Acts;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** A database and a topic that no other test has. */
export const openRelayGround = async (kafka: TestKafka): Promise<RelayGround> => {
  const store = await openTestStore();
  const topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
  const reader = await readEvents(kafka, topic);
  return {
    store,
    topic,
    reader,
    chats: chatOn(store),
    [Symbol.asyncDispose]: async () => {
      await reader[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
};
