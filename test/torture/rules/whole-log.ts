import type { Attempt, Calm, History, Page } from "../history.ts";
import type { Logs } from "./logs.ts";

/**
 * (f) After each quiet every client holds the whole log. On the way there: a page has no hole, and holds what was acked
 * before it was asked for.
 */
export const wholeLog = (history: History, logs: Logs): string[] => [
  ...history.held.flatMap(({ client, chatId, ids }) => {
    const log = logs.of(chatId);
    const wrong = log.findIndex(({ id }, index) => ids[index] !== id);
    if (wrong === -1 && ids.length <= log.length) return [];
    const place = wrong === -1 ? log.length : wrong;
    return [
      `client ${client} holds ${ids[place] ?? "nothing"} at ${place + 1} of ${chatId}; the log has ${log.length}`,
    ];
  }),
  ...history.calms.flatMap(behind),
  ...history.pages.flatMap(torn),
  ...stale(history),
];

const behind = ({ newest, held }: Calm, round: number): string[] =>
  held.flatMap(({ client, chatId, whole }) => {
    const last = newest[chatId] ?? 0;
    return whole >= last ? [] : [`after round ${round + 1} client ${client} holds ${whole} of ${last} in ${chatId}`];
  });

const torn = ({ client, chatId, afterSeq, seqs }: Page): string[] => {
  const wrong = seqs.findIndex((seq, index) => seq !== afterSeq + index + 1);
  return wrong === -1 ? [] : [`client ${client} asked ${chatId} after ${afterSeq} and got ${seqs.join(" ")}`];
};

const ackOf = (attempts: Attempt[]) => attempts.find((attempt) => attempt.outcome === "acked");

const stale = ({ sends, pages }: History): string[] => {
  const acks = sends.flatMap(({ chatId, attempts }) => {
    const ack = ackOf(attempts);
    return ack?.outcome === "acked" ? [{ chatId, seq: ack.seq, end: ack.end }] : [];
  });
  const byEnd = acks.toSorted((one, other) => one.end - other.end);
  const newest = new Map<string, number>();
  let next = 0;
  return pages
    .toSorted((one, other) => one.start - other.start)
    .flatMap(({ client, chatId, start, afterSeq, seqs, hasMore }) => {
      for (let done = byEnd[next]; done !== undefined && done.end < start; done = byEnd[++next]) {
        newest.set(done.chatId, Math.max(newest.get(done.chatId) ?? 0, done.seq));
      }
      const [last, acked] = [seqs.at(-1) ?? afterSeq, newest.get(chatId) ?? 0];
      if (hasMore || last >= acked) return [];
      return [`client ${client} joined ${chatId} and got up to ${last}, when ${acked} had been acked`];
    });
};
