import type { Dump, ToldEvent } from "../dump.ts";
import { toBeTold } from "../told-events.ts";

const withoutRepeats = (events: ToldEvent[]): ToldEvent[] => {
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
};

/**
 * (k) Who reads `chat.events` and drops repeated ids has each chat's coming into being once and first, and then exactly
 * what the log shows, in its order.
 */
export const toldOf = (dump: Dump): string[] => {
  const byChat = Map.groupBy(dump.events, ({ chatId }) => chatId);
  return [...toBeTold(dump)].flatMap(([chatId, seqs]) => {
    if (seqs.length === 0) return [];
    const told = withoutRepeats(byChat.get(chatId) ?? []);
    const sent = told.flatMap(({ seq }) => seq ?? []);
    const created = told.filter(({ type }) => type === "chat.created").length;
    const wrong = seqs.findIndex((seq, index) => sent[index] !== seq);
    return [
      ...(told[0]?.type === "chat.created" && created === 1
        ? []
        : [`${chatId} begins with ${told[0]?.type ?? "nothing"}`]),
      ...(wrong === -1 && sent.length === seqs.length
        ? []
        : [
            `${chatId} tells ${sent[wrong] ?? "nothing"} where ${seqs[wrong] ?? "nothing"} comes, ${sent.length} of ${seqs.length}`,
          ]),
    ];
  });
};
