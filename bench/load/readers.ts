import { createSeries, type Latency } from "../statistics.ts";
import { ask, type Pair, tokenFor } from "./people.ts";

/** Repeats the requests, alternating between their kinds, so that a disturbance affects all kinds alike. */
type Kinds<T> = { kinds: Record<string, T>; count: number };

const warmUps = 50;

const takeTurns = async <T>({ kinds, count }: Kinds<T>, act: (kind: T) => Promise<unknown>) => {
  const all = Object.entries(kinds).map(([name, kind]) => ({ name, kind, latencies: createSeries() }));
  for (let index = -warmUps; index < count; index += 1) {
    for (const { kind, latencies } of all) {
      const began = performance.now();
      await act(kind);
      if (index >= 0) latencies.add(performance.now() - began);
    }
  }
  return Object.fromEntries(all.map(({ name, latencies }) => [name, latencies.summary()]));
};

/** Joins the chats of connected owners, one join at a time. `pair` is the pair's place. Milliseconds to the ack. */
export const runJoins = (
  pairs: Pair[],
  options: Kinds<{ pair: number; afterSeq?: number | undefined; expected: number }>,
): Promise<Record<string, Latency>> =>
  takeTurns(options, async ({ pair, afterSeq, expected }) => {
    const owner = pairs[pair]?.owner;
    if (!owner) throw new Error("not connected");
    const answer = await ask(owner, "join_chat", { chatId: owner.chat.chatId, afterSeq });
    const messages = answer.split('"content":"#').length - 1;
    if (messages < expected) throw new Error(`${messages} messages came, not ${expected}`);
  });

/** Reads users' inboxes over REST, one request at a time. Milliseconds to the last byte. */
export const runInboxes = (
  options: Kinds<{ userId: string; limit: number; expected: number }> & { url: string },
): Promise<Record<string, Latency>> =>
  takeTurns(options, async ({ userId, limit, expected }) => {
    const response = await fetch(`${options.url}/api/chat/user/${userId}?limit=${limit}`, {
      headers: { authorization: `Bearer ${tokenFor(userId)}` },
    });
    const { chats }: { chats: unknown[] } = await response.json();
    if (chats.length !== expected) throw new Error(`${chats.length} chats came, not ${expected}`);
  });
