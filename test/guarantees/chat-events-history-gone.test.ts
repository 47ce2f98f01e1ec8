import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import type { ChatEvent } from "../../src/contract/chat-events.ts";
import { keepChatsBusy, untilTold } from "../support/busy-chats.ts";
import { until } from "../support/chat-client.ts";
import { type EventReader, readEvents } from "../support/chat-events.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestStore, withDatabase } from "../support/open-test-store.ts";
import { ownReplicaSet } from "../support/own-replica-set.ts";
import { relayHasBegun, runRelay } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

type Saved = { _id: string; position: { at: Date; token: object } };

const savedPosition = (client: mongo.MongoClient, topic: string) =>
  client.db().collection<Saved>("relays").findOne({ _id: topic });

/** Writes what nobody asked for until MongoDB has forgotten everything that was before. */
const forgetHistory = async (client: mongo.MongoClient): Promise<void> => {
  const { operationTime } = await client.db("admin").command({ ping: 1 });
  const oplog = client.db("local").collection<{ ts: mongo.Timestamp }>("oplog.rs");
  const filler = Array.from({ length: 20 }, () => ({ filler: "x".repeat(100_000) }));
  const isForgotten = async (): Promise<boolean> => {
    await client
      .db("filler")
      .collection("filler")
      .insertMany(filler.map((one) => ({ ...one })));
    await sleep(200);
    const oldest = await oplog.findOne({}, { sort: { $natural: 1 } });
    return oldest !== null && oldest.ts.greaterThan(operationTime);
  };
  await until(isForgotten, "the history being forgotten");
};

/** What a change stream from a place comes to. */
const codeOfFollowing = async (client: mongo.MongoClient, token: object): Promise<unknown> => {
  const stream = client.db().watch([], { startAfter: token });
  try {
    await stream.tryNext();
    return null;
  } catch (error) {
    return error instanceof mongo.MongoServerError ? error.code : error;
  } finally {
    await stream.close();
  }
};

/** Events that came more than once, each with all it came with. */
const repeats = (reader: EventReader): ChatEvent[][] => {
  const byId = Map.groupBy(reader.all(), ({ id }) => id);
  return [...byId.values()].filter((same) => same.length > 1);
};

test("with the database's history really gone the relay logs it, and publishes the missed events from the log", async () => {
  await using kafka = await openTestKafka();
  const topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
  const set = await ownReplicaSet({ count: 1, forgetful: true });
  try {
    await using store = await openTestStore({ uri: databaseUri(uniqueName("relay"), set.uri) });
    const relay = () => runRelay({ kafka, topic, mongodbUri: store.uri });
    const first = await relay();
    await relayHasBegun(store.uri, topic);
    const busy = keepChatsBusy({ store, lanes: 2 });
    await until(() => busy.acts() >= 20, "people writing");
    await first[Symbol.asyncDispose]();
    const told = busy.acts();
    await until(() => busy.acts() >= told + 60, "people writing with nobody telling of it");
    await busy.stop();

    const code = await withDatabase(store.uri, async (client) => {
      await forgetHistory(client);
      const saved = await savedPosition(client, topic);
      return codeOfFollowing(client, saved?.position.token ?? {});
    });
    expect(code).toBe(286);

    await using second = await relay();
    await using reader = await readEvents(kafka, topic);
    await until(
      async () => (await second.metric('chat_events_catch_ups_total{reason="history_gone"}')) === 1,
      "it saying so",
    );
    // Of the marks that moved meanwhile the newest of each person is told: it says all that those before it said.
    for (const marks of busy.marks.values()) marks.clear();
    expect(await untilTold(reader, busy, store)).toEqual({});

    // What the first one had told comes again, once and word for word, but for a chat's marks, which may be newer.
    const again = repeats(reader);
    expect(again.length).toBeGreaterThan(20);
    for (const [one, ...others] of again) {
      expect(others).toHaveLength(1);
      if (one?.type === "chat.message_sent") expect(others).toEqual([one]);
    }
    // From here on it follows the history again.
    const more = keepChatsBusy({ store, lanes: 1 });
    await until(() => more.acts() >= 10, "people writing");
    await more.stop();
    expect(await untilTold(reader, more, store)).toEqual({});
    expect(await second.metric('chat_events_catch_ups_total{reason="history_gone"}')).toBe(1);
  } finally {
    await set.close();
  }
});
