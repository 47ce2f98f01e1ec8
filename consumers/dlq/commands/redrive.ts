import type { Publisher } from "../../kafka/publisher.ts";
import { isTooLarge } from "../../kafka/publisher.ts";
import type { ReceivedRecord } from "../../source/received-record.ts";
import { idOf, type Letter, markOf, originalOf } from "../letter.ts";
import { isSelected, type Selection } from "../selection.ts";
import type { Stock } from "../stock.ts";
import { counted, matching, printable, type Terminal } from "../terminal.ts";
import type { TopicReader } from "../topic-reader.ts";

type Options = {
  reader: TopicReader;
  stock: Stock;
  selection: Selection;
  dryRun: boolean;
  topic: string;
  publisher: Pick<Publisher, "publish">;
  /** The topics to which letters may go, and which of them Kafka has now. */
  bookingTopics: string[];
  topicsThere: string[];
  terminal: Terminal;
  signal: AbortSignal;
};

/**
 * Sends letters back to the topics they came from. Each is marked only after Kafka has acknowledged the record: if the
 * call fails or ends in between, the record comes twice, which does no harm, and is never lost.
 * Resolves to false if some of the selected letters are still open.
 */
export const redrive = async (options: Options): Promise<boolean> => {
  const { stock, selection, dryRun, terminal, signal } = options;
  const open = stock.letters.filter(({ state }) => state === "open");
  const meant = open.filter(isSelected(selection));
  if (meant.length === 0) {
    const why = open.length === 0 ? "none is open" : matching(0, open.length, "open dead letter");
    terminal.print(`0 dead letters ${dryRun ? "would be " : ""}redriven: ${why}.`);
    return true;
  }
  const whyNot = (letter: Letter): string | null => whyItStays(letter, options);
  const sendable = new Map(meant.filter((letter) => whyNot(letter) === null).map((letter) => [letter.id, letter]));
  for (const letter of meant) {
    const reason = whyNot(letter);
    if (reason !== null) terminal.print(`${letter.id} stays: ${printable(reason)}`);
  }
  for (const [topic, count] of countByTopic([...sendable.values()])) {
    terminal.print(`${dryRun ? "would send" : "sending"} ${counted(count, "record")} to ${topic}`);
  }
  if (dryRun) return true;
  const sent = sendable.size === 0 ? 0 : await sendAll(options, sendable);
  terminal.print(`${counted(sent, "dead letter")} redriven, ${meant.length - sent} of those meant stay.`);
  return !signal.aborted && sent === meant.length;
};

/**
 * Null if the letter can be sent. Anybody who can write dead letters can name any topic in them, and this process may be
 * allowed to write to more topics than that writer. So only topics from which the consumers put letters are accepted.
 */
const whyItStays = (
  { from, isCut, lastOffset }: Letter,
  { bookingTopics, topicsThere }: Pick<Options, "bookingTopics" | "topicsThere">,
): string | null => {
  if (from === null) return "it does not say which topic it came from";
  if (!bookingTopics.includes(from.topic)) return `it names ${from.topic}, which is none of BOOKING_TOPICS`;
  if (!topicsThere.includes(from.topic)) return `there is no topic ${from.topic}`;
  if (lastOffset !== null) {
    return `there is no record in it: nobody can read ${from.topic} ${from.place} to ${lastOffset}, whoever wrote that must do so again`;
  }
  return isCut ? `it was cut: the whole record is ${from.topic} ${from.place}, if it is still there` : null;
};

const countByTopic = (letters: Letter[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { from } of letters) if (from) counts.set(from.topic, (counts.get(from.topic) ?? 0) + 1);
  return counts;
};

/** @throws the error that ended it early, after printing how far it came */
const sendAll = async (options: Options, sendable: Map<string, Letter>): Promise<number> => {
  const { reader, terminal, signal } = options;
  let sent = 0;
  const handle = async (record: ReceivedRecord): Promise<void> => {
    const letter = sendable.get(idOf(record.partition, record.offset));
    if (letter === undefined) return;
    signal.throwIfAborted();
    if (await send(options, record, letter)) sent += 1;
    terminal.progress(`${sent} of ${sendable.size} redriven`);
  };
  try {
    await reader.read(handle, signal);
    return sent;
  } catch (error) {
    terminal.print(`${sent} of ${sendable.size} redriven; call it again for the rest.`);
    throw error;
  }
};

/** False: the topic does not accept a record of this size. */
const send = async (
  { publisher, topic, terminal }: Options,
  record: ReceivedRecord,
  letter: Letter,
): Promise<boolean> => {
  const original = originalOf(record);
  if (original === null) return false;
  try {
    await publisher.publish(original).catch((error: unknown) => {
      if (!isTooLarge(error)) throw error;
      return publisher.publish({ ...original, compress: true });
    });
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    terminal.print(`${letter.id} stays: ${original.topic} takes no record of its size`);
    return false;
  }
  await publisher.publish(markOf(topic, letter, "redriven"));
  return true;
};
