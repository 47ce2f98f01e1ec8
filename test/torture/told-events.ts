import { createKafkaClient } from "../../consumers/kafka/kafka-client.ts";
import { waitUntil } from "../../local/services/wait-until.ts";
import { isChange, isShown } from "../../src/chat/log/entry-kinds.ts";
import { createLogger } from "../../src/process/logger.ts";
import type { Stored, ToldEvent } from "./dump.ts";

type Options = { address: string; stored: Stored; signal: AbortSignal };

const topic = "chat.events";
const limitMs = 60_000;

/** The seqs that others are told of, by chat: of those chats that have their people. */
export const toBeTold = ({ entries, cards }: Stored): Map<string, number[]> => {
  const seqs = new Map(
    cards.flatMap(({ id, participants }) => (participants === null ? [] : [[id, []] as [string, number[]]])),
  );
  for (const entry of entries) if (isShown(entry) || isChange(entry)) seqs.get(entry.chatId)?.push(entry.seq);
  return seqs;
};

/** Reads the topic from its beginning until it tells of as many messages as the log has, or for a minute. */
export const readToldEvents = async ({ address, stored, signal }: Options): Promise<ToldEvent[]> => {
  const logger = createLogger({ level: "silent", process: "torture" });
  const client = createKafkaClient({ kafka: { brokers: [address], clientId: "told", ssl: false, sasl: null }, logger });
  const consumer = client.consumer({ groupId: `told-${process.pid}`, maxWaitTimeInMs: 50 });
  const events: ToldEvent[] = [];
  const messages = new Set<string>();
  const expected = [...toBeTold(stored).values()].reduce((sum, seqs) => sum + seqs.length, 0);
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const event = toldEvent(String(message.value));
        events.push(event);
        if (event.seq !== null) messages.add(event.id);
      },
    });
    const areAllThere = (): boolean => messages.size >= expected;
    // What is missing then is for the rule to tell.
    await waitUntil({ what: "not all was told", limitMs, everyMs: 200, signal, check: areAllThere }).catch(
      () => undefined,
    );
    return events;
  } finally {
    await consumer.disconnect();
  }
};

const entryEvents = new Set(["chat.message_sent", "chat.message_edited", "chat.message_deleted"]);

const toldEvent = (value: string): ToldEvent => {
  const event: { id: string; type: string; subject: string } = JSON.parse(value);
  const { id, type, subject: chatId } = event;
  return { chatId, id, type, seq: entryEvents.has(type) ? Number(id.split(":").at(-1)) : null };
};
