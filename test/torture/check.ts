import type { Dump } from "./dump.ts";
import type { History } from "./history.ts";
import { ackedOnce } from "./rules/acked-once.ts";
import { bookingEvents } from "./rules/booking-events.ts";
import { cardsFollow } from "./rules/cards.ts";
import { deletedIsGone, newestChangeShows } from "./rules/changes.ts";
import { closedIsClosed } from "./rules/closed-is-closed.ts";
import { erasedIsDeleted } from "./rules/erasures.ts";
import { logsOf } from "./rules/logs.ts";
import { marks, marksInOrder } from "./rules/marks.ts";
import { noHoles } from "./rules/no-holes.ts";
import { oneOrder } from "./rules/one-order.ts";
import { toldOf } from "./rules/told-of.ts";
import { draftsInOrder, viewsShowTheLog } from "./rules/views.ts";
import { wholeLog } from "./rules/whole-log.ts";

/** One promise, and how it was broken. */
export type Finding = { promise: string; broken: string[] };

/** Holds what clients called and saw against what the database has at the end. Changes nothing and asks nobody. */
export const check = (history: History, dump: Dump): Finding[] => {
  const logs = logsOf(dump, history);
  return [
    { promise: "(a) an acked message is in the log exactly once", broken: ackedOnce(history, logs) },
    { promise: "(b) seqs are 1 to n without a hole", broken: noHoles(logs) },
    { promise: "(c) all agree on one order, each sender's own", broken: oneOrder(history, logs) },
    { promise: "(d) nothing is written in a closed chat", broken: closedIsClosed(logs) },
    { promise: "(e) marks never move back", broken: marks(history, dump, logs) },
    { promise: "(e') whenever a chat is seen, read ≤ delivered ≤ last", broken: marksInOrder(history) },
    { promise: "(f) after quiet each client holds the whole log", broken: wholeLog(history, logs) },
    { promise: "(g) each booking event counts once, the newest decides", broken: bookingEvents(history, dump, logs) },
    { promise: "(h) cards are copies of the log's head", broken: cardsFollow(dump, logs) },
    { promise: "(k) chat.events tells the whole log, in its order", broken: toldOf(dump) },
    { promise: "(l) what is shown is what the newest change says", broken: newestChangeShows(history, dump, logs) },
    { promise: "(m) a deleted text is nowhere", broken: deletedIsGone(dump, logs) },
    { promise: "(n) what an erased person sent is deleted", broken: erasedIsDeleted(history, logs) },
    { promise: "(o) what the package shows is the log", broken: viewsShowTheLog(history, logs) },
    { promise: "(p) each draft of the package lands once, in order", broken: draftsInOrder(history, logs) },
    {
      promise: "(i) nothing unexpected was answered",
      broken: history.surprises.map(({ client, text }) => `client ${client}: ${text}`),
    },
  ];
};

export const isClean = (findings: Finding[]): boolean => findings.every(({ broken }) => broken.length === 0);
