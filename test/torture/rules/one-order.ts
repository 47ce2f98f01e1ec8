import { type Attempt, digest, type History, type Send } from "../history.ts";
import { type Logs, named } from "./logs.ts";

/**
 * (c) All clients and the log agree on one order: what anybody saw at a seq stands there. What was acked before another
 * send began stands before it; and of what one connection sent, in the order it was sent.
 */
export const oneOrder = (history: History, logs: Logs): string[] => [
  ...seenElsewhere(history, logs),
  ...[...acksByChat(history).values()].flatMap((acks) => [...overtaken(acks), ...outOfTurn(acks)]),
];

const seenElsewhere = ({ heard, snapshots }: History, logs: Logs): string[] => [
  ...heard.flatMap(({ client, chatId, seq, id, content }) => {
    const entry = logs.at(chatId, seq);
    if (entry?.id === id && logs.textsAt(chatId, seq).some((text) => digest(text) === content)) return [];
    return [`client ${client} saw ${content} (${id}) at ${seq} of ${chatId}; there is ${entry?.id ?? "nothing"}`];
  }),
  ...snapshots.flatMap(({ client, chatId, lastMessage }) => {
    if (lastMessage === null || logs.at(chatId, lastMessage.seq)?.id === lastMessage.id) return [];
    return [
      `client ${client} saw ${lastMessage.id} as the last message of ${chatId}, at ${lastMessage.seq}; it is not there`,
    ];
  }),
];

type Ack = { send: Send; began: number; ended: number; seq: number; connection: number };

const isAcked = (attempt: Attempt): attempt is Extract<Attempt, { outcome: "acked" }> => attempt.outcome === "acked";

const acksByChat = ({ sends }: History): Map<string, Ack[]> => {
  const byChat = new Map<string, Ack[]>();
  for (const send of sends) {
    const [first] = send.attempts;
    const ack = send.attempts.find(isAcked);
    if (first === undefined || ack === undefined) continue;
    const acks = byChat.get(send.chatId) ?? [];
    acks.push({ send, began: first.start, ended: ack.end, seq: ack.seq, connection: ack.connection });
    byChat.set(send.chatId, acks);
  }
  return byChat;
};

/** Sends that began after the ack of one that stands behind them. */
const overtaken = (acks: Ack[]): string[] => {
  const byEnd = acks.toSorted((one, other) => one.ended - other.ended);
  let highest: Ack | undefined;
  let next = 0;
  return acks
    .toSorted((one, other) => one.began - other.began)
    .flatMap((ack) => {
      for (let done = byEnd[next]; done !== undefined && done.ended < ack.began; done = byEnd[++next]) {
        if (highest === undefined || done.seq > highest.seq) highest = done;
      }
      if (highest === undefined || highest.seq < ack.seq) return [];
      return [`${shown(ack)} began after ${shown(highest)} was acked, and stands before it`];
    });
};

/** Sends of one connection, each acked at its first try, that do not stand in the order they left. */
const outOfTurn = (acks: Ack[]): string[] => {
  const lines = new Map<string, Ack[]>();
  for (const ack of acks) {
    if (ack.connection < 0 || ack.send.attempts.length !== 1) continue;
    const key = `${ack.send.client} ${ack.connection}`;
    lines.set(key, [...(lines.get(key) ?? []), ack]);
  }
  return [...lines.values()].flatMap((line) =>
    line.flatMap((ack, index) => {
      const before = line[index - 1];
      return before === undefined || before.seq < ack.seq ? [] : [`${shown(ack)} left after ${shown(before)}`];
    }),
  );
};

const shown = ({ send, seq }: Ack): string => `${named(send.content)} of client ${send.client} (${send.chatId} ${seq})`;
