import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Attempt, History, Send } from "../history.ts";
import { type Logs, named } from "./logs.ts";

/**
 * (a) Every acked message is in the log exactly once, as its ack said. What was not acked is there at most once, what
 * was refused each time is not, and nothing is there that nobody sent.
 */
export const ackedOnce = ({ sends }: History, logs: Logs): string[] => [
  ...sends.flatMap((send) => sendFaults(send, logs)),
  ...phantoms(sends, logs),
];

type Acked = Extract<Attempt, { outcome: "acked" }>;

const sendFaults = (send: Send, logs: Logs): string[] => {
  const found = logs.withContent(send.content);
  const name = `${named(send.content)} of ${send.userId} in ${send.chatId}`;
  const acks = send.attempts.filter((attempt): attempt is Acked => attempt.outcome === "acked");
  if (found.length > 1) return [`${name} is in the log ${found.length} times: ${found.map(placeOf).join(", ")}`];
  const [entry] = found;
  if (entry === undefined)
    return acks.map(({ seq, id }) => `${name} was acked as ${seq} (${id}) and is not in the log`);
  return [...acks.flatMap((ack) => ackFaults(name, ack, entry)), ...landedFaults(name, send, entry)];
};

const placeOf = ({ seq, id }: Pick<Entry, "seq" | "id">): string => `${seq} (${id})`;

const ackFaults = (name: string, ack: Acked, entry: Entry): string[] =>
  ack.id === entry.id && ack.seq === entry.seq
    ? []
    : [`${name} was acked as ${placeOf(ack)} and is in the log as ${placeOf(entry)}`];

const landedFaults = (
  name: string,
  { chatId, userId, clientMessageId, attempts, slot }: Send,
  entry: Entry,
): string[] => {
  const isOwn =
    entry.chatId === chatId && entry.senderId === userId && (entry.clientMessageId ?? null) === clientMessageId;
  // The package says only how its last try ended: an earlier one may land when the chat is open again.
  const isRefused = slot === undefined && attempts.length > 0 && attempts.every(({ outcome }) => outcome === "refused");
  return [
    ...(isOwn ? [] : [`${name} is in the log of ${entry.chatId} as a message of ${entry.senderId}`]),
    ...(isRefused ? [`${name} was refused each time and is in the log as ${placeOf(entry)}`] : []),
  ];
};

const phantoms = (sends: Send[], logs: Logs): string[] => {
  const sent = new Set(sends.map(({ content }) => content));
  return logs.chatIds.flatMap((chatId) =>
    logs
      .of(chatId)
      .filter((entry) => entry.type !== "system" && !sent.has(logs.sentAs(entry)))
      .map((entry) => `${placeOf(entry)} in ${chatId} is a message that nobody sent`),
  );
};
