import { dirname } from "node:path/posix";
import { functionLengths } from "./function-lengths.ts";
import { imports, isIn, read, sourceFiles } from "./sources.ts";

// What can be counted of how well the code can be lived in. `node test/repository/house.ts` prints it.

/** What runs in production and on a developer's machine; tests and benches are not counted. */
export const countedFolders = ["src", "consumers", "client", "local"];

const counted = sourceFiles.filter((path) => countedFolders.some((folder) => isIn(folder, path)));

/** Every function, method and arrow, closures included; the longest first. */
export const longestFunctions = () =>
  functionLengths(new Map(counted.map((path) => [path, read(path)]))).toSorted((a, b) => b.lines - a.lines);

/** How many files each folder lists; the fullest first. */
export const folderSizes = (): { folder: string; files: number }[] =>
  [...Map.groupBy(counted, dirname)]
    .map(([folder, files]) => ({ folder, files: files.length }))
    .toSorted((a, b) => b.files - a.files);

/** A file on a way, and what it does there. */
export type Step = readonly [file: string, does: string];

// Both lists are made by hand, as a reader follows the code of an ordinary text and of an ordinary approval. A reader opens a
// file for what it decides, changes or waits for. Not opened are
// - types, general tools (`gather`, `withLimit`), and functions of a value whose name says enough (`chatRoom`, `readTime`,
//   `cleanText`),
// - files that put parts together: those in `roots`,
// - what happens beside the way or after it: guards of connections, how Engine.IO writes, metrics, typing, the card of a
//   message, and what follows a failure.

const appending: Step[] = [
  ["src/store/chat-log.ts", "the log in MongoDB: where its queue is made"],
  ["src/store/append/append-queue.ts", "the chat's lane: what is first in it is decided on"],
  ["src/store/append/lanes.ts", "takes a place in the lane, and waits for the answer"],
  ["src/store/append/heads.ts", "the head that is known, as a hint"],
  ["src/store/append/group-commits.ts", "gathers what many chats append into one write"],
  ["src/store/append/lane.ts", "gives the entry its id and its seq"],
  ["src/store/append/write-entries.ts", "the write, durable, and what became of each entry"],
  ["src/store/entry-documents.ts", "an entry as MongoDB has it"],
];

/** Files that are opened by a message, from the packet to its ack. */
export const messageWay: Step[] = [
  ["src/socket/events/handle-events.ts", "an event comes in: parse, take a turn, do, ack"],
  ["src/socket/events/activity.ts", "the socket's events: their order, and how many a second"],
  ["src/chat/parse.ts", "payload and schema to type, or `validation_failed`"],
  ["src/contract/client-events.ts", "the payload of `send_message`"],
  ["src/chat/log/new-message.ts", "what a participant may send"],
  ["src/socket/events/chat-handlers.ts", "what `send_message` comes to"],
  ["src/redis/rate-limits.ts", "may this user send now?"],
  ["src/chat/acts/send-message.ts", "the act: decide, append, broadcast"],
  ["src/chat/access.ts", "is the sender one of the two?"],
  ["src/store/cards/card-store.ts", "who the two are"],
  ["src/chat/log/entry.ts", "the draft, with the chat's state after it, and an entry as others see it"],
  ...appending,
  ["src/socket/fan-out/broadcast.ts", "`receive_message` to the chat's room"],
];

/** Files that are opened by a booking event, from the record to the commit of its offset. */
export const bookingEventWay: Step[] = [
  ["consumers/source/each-batch.ts", "a batch of records comes in; its offsets are committed at the end"],
  ["consumers/source/handle-records.ts", "bookings side by side, the events of one in their order"],
  ["consumers/booking/booking-consumer.ts", "decode, apply, or to the dead letters"],
  ["consumers/booking/decode.ts", "what type of event, and is it one of ours?"],
  ["consumers/booking/read-value.ts", "the JSON that the bytes hold"],
  ["consumers/booking/unwrap.ts", "the object with the fields, out of what wraps it"],
  ["consumers/booking/event-fields.ts", "the fields by our names"],
  ["src/chat/booking-type.ts", "what a type's name means"],
  ["src/chat/acts/booking-event.ts", "the event's schema, and its key in the log"],
  ["src/chat/acts/apply-booking-event.ts", "the act: is it newer, and what does it change?"],
  ["src/store/cards/card-store.ts", "the card of the booking"],
  ["src/store/cards/open-cards.ts", "finds the card or makes it"],
  ["src/chat/log/entry.ts", "the draft, with the chat's state after it, and an entry as others see it"],
  ...appending,
  ["src/chat/cards/card-keeper.ts", "the copy of the head goes to the card, and both people hear of it"],
  ["src/store/cards/card-documents.ts", "what of an entry a card shows"],
  ["src/socket/fan-out/broadcast.ts", "`receive_message`, `chat_created` and `chat_updated` to their rooms"],
];

/** Where parts are put together: what a step is given comes from here, and the step itself knows only its type. */
const roots = new Set([
  "src/chat-node.ts",
  "src/socket/open-socket-server.ts",
  "src/chat/acts/create-acts.ts",
  "src/store/open-store.ts",
  "src/socket/fan-out/outside-broadcast.ts",
  "consumers/open-consumers.ts",
  "consumers/source/kafka-record-source.ts",
]);

/**
 * Steps that are not there, are named twice, or that nothing before them imports and no composition root gives to it.
 * It cannot be seen here that the way goes through each of them, nor that none is left out.
 */
export const brokenSteps = (way: readonly Step[]): string[] => {
  const files = way.map(([file]) => file);
  const isReached = (file: string, index: number): boolean =>
    index === 0 ||
    imports.some(({ from, to }) => to === file && (roots.has(from) || files.slice(0, index).includes(from)));
  return files.filter(
    (file, index) => !sourceFiles.includes(file) || files.indexOf(file) !== index || !isReached(file, index),
  );
};

const print = (): void => {
  const longest = longestFunctions();
  console.log("longest functions");
  for (const { file, line, lines } of longest.slice(0, 5)) console.log(`  ${lines}  ${file}:${line}`);
  console.log("fullest folders");
  for (const { folder, files } of folderSizes().slice(0, 5)) console.log(`  ${files}  ${folder}`);
  const ways = {
    "a message, from packet to ack": messageWay,
    "a booking event, from record to commit": bookingEventWay,
  };
  for (const [name, way] of Object.entries(ways)) {
    console.log(`${name}: ${way.length} files`);
    for (const [file, does] of way) console.log(`  ${file.padEnd(46)} ${does}`);
  }
};

if (import.meta.main) print();
