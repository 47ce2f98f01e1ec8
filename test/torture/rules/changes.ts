import { changeIn } from "../../../src/chat/log/changes.ts";
import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Dump } from "../dump.ts";
import { digest, type History } from "../history.ts";
import type { Logs } from "./logs.ts";

type Changed = { target: Entry; changes: Entry[] };

/** The changed messages of a chat, each with its changes in the order of the log. */
const changedIn = (log: readonly Entry[]): Changed[] => {
  const byTarget = Map.groupBy(
    log.filter((entry) => changeIn(entry) !== null),
    (entry) => changeIn(entry)?.target ?? 0,
  );
  return [...byTarget].flatMap(([seq, changes]) => {
    const target = log[seq - 1];
    return target === undefined ? [] : [{ target, changes }];
  });
};

const placeOf = ({ chatId, seq }: Entry): string => `${seq} of ${chatId}`;
const isDeletion = (change: Entry): boolean => changeIn(change)?.event === "message_deleted";

/**
 * (l) What is shown is what the newest change says: in the log's own copy, on the card, and for every client that applies
 * the log. Nothing changes a deleted message. An acked change is in the log.
 */
export const newestChangeShows = (history: History, { cards }: Pick<Dump, "cards">, logs: Logs): string[] => [
  ...logs.chatIds.flatMap((chatId) => changedIn(logs.of(chatId)).flatMap(copyFaults)),
  ...logs.chatIds.flatMap((chatId) => unchanged(logs.of(chatId))),
  ...cards.flatMap(({ id, lastMessage }) => {
    const entry = lastMessage && logs.at(id, lastMessage.seq);
    if (
      !entry ||
      (entry.content === lastMessage.content && (entry.deleted?.by ?? "") === (lastMessage.deleted?.by ?? ""))
    )
      return [];
    return [`the card of ${id} shows ${digest(lastMessage.content)} at ${entry.seq}, the log ${digest(entry.content)}`];
  }),
  ...history.held.flatMap(({ client, chatId, shown }) =>
    logs.of(chatId).flatMap(({ seq, content, type }) => {
      const seen = shown[seq - 1];
      if (type === "system" || seen === undefined || seen === digest(content)) return [];
      return [`client ${client} shows ${seen} at ${seq} of ${chatId}; the log ${digest(content)}`];
    }),
  ),
  ...history.changes.flatMap((change) => ackFaults(change, logs)),
];

const copyFaults = ({ target, changes }: Changed): string[] => {
  const newest = changes.at(-1);
  const deletion = changes.findIndex(isDeletion);
  const isRight =
    newest !== undefined &&
    target.changedBy === newest.seq &&
    target.content === newest.content &&
    (target.deleted !== undefined) === isDeletion(newest);
  return [
    ...(isRight ? [] : [`${placeOf(target)} shows change ${target.changedBy ?? "none"}, the newest is ${newest?.seq}`]),
    ...(deletion === -1 || deletion === changes.length - 1
      ? []
      : [`${placeOf(target)} was changed after its deletion`]),
  ];
};

const unchanged = (log: readonly Entry[]): string[] => {
  const targets = new Set(log.flatMap((entry) => changeIn(entry)?.target ?? []));
  return log.flatMap((entry) =>
    targets.has(entry.seq) || (entry.changedBy === undefined && !entry.editedAt && !entry.deleted)
      ? []
      : [`${placeOf(entry)} shows a change that is not in the log`],
  );
};

const ackFaults = ({ client, chatId, seq, content, outcome }: History["changes"][number], logs: Logs): string[] => {
  if (outcome !== "acked") return [];
  const own = logs.of(chatId).filter((entry) => changeIn(entry)?.target === seq);
  const isThere = own.some((entry) => isDeletion(entry) || entry.content === content);
  return isThere ? [] : [`client ${client}: an acked change of ${seq} of ${chatId} is not in the log`];
};

/** (m) Of a deleted message no text is left: not its own, not that of an edit, in no document. */
export const deletedIsGone = (dump: Dump, logs: Logs): string[] => {
  const deleted = logs.chatIds.flatMap((chatId) => logs.of(chatId).filter((entry) => entry.deleted !== undefined));
  const kept = deleted.flatMap((target) =>
    logs
      .of(target.chatId)
      .filter((entry) => entry === target || changeIn(entry)?.target === target.seq)
      .filter(({ content, attachment }) => content !== "" || attachment !== undefined)
      .map((entry) => `${placeOf(target)} was deleted, and ${entry.seq} still has its text`),
  );
  // The first word of a text is its own. It is looked for in all that is stored besides the log, which is looked at above.
  const stored = JSON.stringify([dump.cards, dump.others]);
  const found = deleted.flatMap((target) =>
    logs
      .textsAt(target.chatId, target.seq)
      .filter((text) => text !== "" && stored.includes(`"${text.split(" ", 1)[0]} `))
      .map((text) => `${placeOf(target)} was deleted, and ${digest(text)} is still stored`),
  );
  return [...kept, ...found];
};
