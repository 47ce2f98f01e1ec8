import type { Consumer } from "kafkajs";
import { type ReceivedRecord, toReceivedRecord } from "../../consumers/source/received-record.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { type ChatEvent, chatEventSchema } from "../../src/contract/chat-events.ts";
import { until } from "./chat-client.ts";
import { jsonOf, type TestKafka } from "./kafka.ts";
import { uniqueName } from "./services.ts";

export type EventReader = AsyncDisposable & {
  records: ReceivedRecord[];
  /** Every event, in the order of its chat's partition, repeats included. */
  all: () => ChatEvent[];
  /** Those of a chat whose id was not there before: what a consumer that drops repeats has. */
  of: (chatId: string) => ChatEvent[];
  /** How many of a type a chat has, without repeats. */
  count: (chatId: string, type: ChatEvent["type"]) => number;
};

/** Reads a topic of chat events from its beginning, on and on. Each record must be as the AsyncAPI document says. */
export const readEvents = async (kafka: TestKafka, topic: string): Promise<EventReader> => {
  const consumer: Consumer = kafka.client.consumer({ groupId: uniqueName("reader"), maxWaitTimeInMs: 50 });
  const records: ReceivedRecord[] = [];
  const events: ChatEvent[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const record = toReceivedRecord(topic, partition, message);
      records.push(record);
      events.push(chatEventSchema.parse(jsonOf(record)));
    },
  });
  const of = (chatId: string): ChatEvent[] => withoutRepeats(events.filter(({ subject }) => subject === chatId));
  return {
    records,
    all: () => events,
    of,
    count: (chatId, type) => of(chatId).filter((event) => event.type === type).length,
    [Symbol.asyncDispose]: () => consumer.disconnect(),
  };
};

const withoutRepeats = (events: ChatEvent[]): ChatEvent[] => {
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
};

/** The seqs of the messages that were told of, in the order they first came. */
export const sentSeqs = (events: ChatEvent[]): number[] =>
  events.flatMap((event) => (event.type === "chat.message_sent" ? [event.data.message.seq] : []));

/** Waits until a chat's log is told of, all of it. */
export const toldOf = (reader: EventReader, chatId: string, entries: number): Promise<void> =>
  until(() => sentSeqs(reader.of(chatId)).length >= entries, `${entries} entries of ${chatId} being told`);

/** The seqs of those entries that others see. */
export const shownSeqs = (entries: Entry[]): number[] =>
  entries.flatMap(({ seq, system }) => (system?.silent === true ? [] : [seq]));
