import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { bundle } from "../support/bundle.ts";
import { keepChatsBusy, untilTold } from "../support/busy-chats.ts";
import { readEvents } from "../support/chat-events.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestStore } from "../support/open-test-store.ts";
import { type RelayProcess, relayProgram, startRelayProcess } from "../support/relay-process.ts";
import { endLease, relayHasBegun } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";

const kills = 100;
const mostLifeMs = 300;

test("a relay that is killed a hundred times, at any moment, publishes everything in order", async () => {
  await using kafka = await openTestKafka();
  await using store = await openTestStore();
  await using program = await bundle(relayProgram);
  const topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
  const start = (): RelayProcess => startRelayProcess(topic, kafka.address.brokers, store.uri, program.file);
  // Always one more than works, so that somebody takes over at once.
  const relays = new Set([start(), start(), start()]);
  await relayHasBegun(store.uri, topic);
  const busy = keepChatsBusy({ store, lanes: 3 });
  try {
    for (let killed = 0; killed < kills; killed += 1) {
      const holder = await Promise.race([...relays].map((relay) => relay.holds.then(() => relay)));
      await sleep(Math.random() * mostLifeMs);
      await holder.kill();
      await endLease(store.uri, topic);
      relays.delete(holder);
      relays.add(start());
    }
    await busy.stop();
    await using reader = await readEvents(kafka, topic);
    expect(await untilTold(reader, busy, store)).toEqual({});
    console.log(`${kills} kills, ${busy.acts()} acts, ${busy.chatIds().length} chats, ${reader.all().length} events`);
  } finally {
    await Promise.all([...relays].map((relay) => relay.kill()));
    await busy.stop();
  }
});
