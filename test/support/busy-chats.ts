import { setTimeout as sleep } from "node:timers/promises";
import { ChatError } from "../../src/chat/errors.ts";
import type { ChatEvent } from "../../src/contract/chat-events.ts";
import type { Store } from "../../src/store/open-store.ts";
import { aBooking, until } from "./chat-client.ts";
import { type EventReader, sentSeqs, shownSeqs } from "./chat-events.ts";
import { chatOn } from "./open-test-relay.ts";

export type BusyChats = {
  chatIds: () => string[];
  /** How many acts came to an end. */
  acts: () => number;
  /** The marks that were moved, by chat. */
  marks: Map<string, Set<string>>;
  /** Ends it; resolves when nothing is under way any more. */
  stop: () => Promise<void>;
};

type Options = { store: Pick<Store, "log" | "cards" | "reports" | "userData">; lanes?: number; pauseMs?: number };

/** Tries again while the database is away, as clients do. */
const untilDone = async <T>(act: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== "unavailable") throw error;
      await sleep(100);
    }
  }
};

/** People who write, read, and whose chats come and go, on and on: one after another in each of a few lanes. */
export const keepChatsBusy = ({ store, lanes = 6, pauseMs = 15 }: Options): BusyChats => {
  const chats = chatOn(store);
  const chatIds: string[] = [];
  const marks: BusyChats["marks"] = new Map();
  let acts = 0;
  const stopping = new AbortController();

  const begin = async (round: number) => {
    const { bookingId, ...people } = aBooking();
    const minute = (n: number): Date => new Date(Date.UTC(2026, 10, 22, 10, n));
    // Of some chats the end is heard of before their beginning.
    if (round % 4 === 3) await chats.applyBookingEvent({ type: "cancelled", bookingId, occurredAt: minute(1) });
    const begun = { type: "approved", bookingId, ...people } as const;
    const first = await chats.applyBookingEvent({ ...begun, occurredAt: minute(0) });
    if (first.outcome === "rejected") throw first.error;
    chatIds.push(first.card.id);
    marks.set(first.card.id, new Set());
    await chats.applyBookingEvent({ ...begun, occurredAt: minute(2) });
    return { chatId: first.card.id, ...people };
  };

  const act = async ({ chatId, ownerId, seekerId }: Awaited<ReturnType<typeof begin>>, n: number): Promise<void> => {
    const [writer, other] = n % 3 === 0 ? [ownerId, seekerId] : [seekerId, ownerId];
    const message = { type: "text", content: `${n}`, clientMessageId: `${n}` } as const;
    await untilDone(() => chats.sendMessage({ chatId, userId: writer, message }));
    if (n % 5 === 0) {
      const { seq } = await untilDone(() => chats.markRead({ chatId, userId: other }));
      marks.get(chatId)?.add(`${other} ${seq}`);
    }
    if (n % 17 === 0) await closeAndOpen(chatId);
  };

  const closeAndOpen = async (chatId: string): Promise<void> => {
    for (const status of ["readonly", "active"] as const) {
      await untilDone(() => chats.changeStatus({ chatId, actor: { kind: "service" }, change: { status } }));
    }
  };

  const runLane = async (): Promise<void> => {
    for (let round = 0; !stopping.signal.aborted; round += 1) {
      const chat = await untilDone(() => begin(round));
      for (let n = 1; n <= 60 && !stopping.signal.aborted; n += 1) {
        await act(chat, n);
        acts += 1;
        await sleep(pauseMs);
      }
    }
  };

  const running = Promise.all(Array.from({ length: lanes }, runLane));
  running.catch(() => undefined);
  return {
    chatIds: () => chatIds,
    acts: () => acts,
    marks,
    stop: async () => {
      stopping.abort();
      await running;
      await chats.drain(5_000);
    },
  };
};

const markOf = (event: ChatEvent): string[] =>
  event.type === "chat.message_read" ? [`${event.data.userId} ${event.data.seq}`] : [];

/** What a consumer that drops repeats has, against what stands in the logs; by chat, only where the two differ. */
export const differences = async (reader: EventReader, { chatIds, marks }: BusyChats, { log }: Pick<Store, "log">) => {
  const wrong: Record<string, unknown> = {};
  for (const chatId of chatIds()) {
    const events = reader.of(chatId);
    const sent = sentSeqs(events);
    const shown = shownSeqs((await log.page(chatId, { limit: 200 })).entries);
    const read = new Set(events.flatMap(markOf));
    const unread = [...(marks.get(chatId) ?? [])].filter((mark) => !read.has(mark));
    const first = events[0]?.type;
    const isRight = sent.join() === shown.join() && unread.length === 0 && first === "chat.created";
    if (!isRight) wrong[chatId] = { sent: sent.join(), shown: shown.join(), unread, first };
  }
  return wrong;
};

/** Waits until everything is told; what differs after a minute. */
export const untilTold = async (reader: EventReader, busy: BusyChats, store: Pick<Store, "log">) => {
  const isTold = async () => Object.keys(await differences(reader, busy, store)).length === 0;
  await until(isTold).catch(() => undefined);
  return differences(reader, busy, store);
};
