import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitUntil } from "../../local/services/wait-until.ts";
import type { Card } from "../../src/chat/chat.ts";
import { type BookingSource, openBookingSource } from "./bookings.ts";
import { check, type Finding } from "./check.ts";
import type { Client } from "./client.ts";
import { bookingsOf, openClients, playActions } from "./clients.ts";
import { type Dump, readDump } from "./dump.ts";
import { emptyHistory, type History } from "./history.ts";
import { touchAll, waitForQuiet } from "./quiet.ts";
import { planActions, planBookings, type Schedule } from "./schedule.ts";
import { openStack, type Stack } from "./stack.ts";
import { playFaults } from "./strike.ts";

export type RunOptions = {
  schedule: Schedule;
  /** Gets data, logs and the history. */
  folder: string;
  /** Modules of this folder that the product's processes load first. */
  preload: string[];
  signal: AbortSignal;
  report: (line: string) => void;
};

export type RunResult = { findings: Finding[]; history: History; dump: Dump };

/** One run: the stack, the load, the blows; quiet; then the history is held against what the database has. */
export const runSchedule = async (options: RunOptions): Promise<RunResult> => {
  const { schedule, signal, report } = options;
  const stack = await openStack({ ...options, ...schedule, preload: ["shifted-clock.ts", ...options.preload] });
  const history = emptyHistory();
  const clients = openClients(schedule.load, stack.urls, history);
  const bookings = bookingsOf(schedule.load);
  const source = await openBookingSource({ brokers: [stack.kafka.address], urls: stack.urls, bookings, history });
  try {
    await source.approveAll();
    const cards = await cardsOf(stack, bookings.length);
    await watchAll(cards, clients);
    report(`  ${clients.length} clients in ${cards.length} chats on ${stack.nodes.length} nodes`);
    await play(options, { stack, clients, source, history });
    const late = await waitForQuiet({ stack, clients, signal });
    history.held.push(...heldBy(clients));
    await touchAll(
      stack,
      cards.map(({ id }) => id),
      bookings,
    );
    const dump = await readDump(stack.mongodb.uri);
    const rest = {
      promise: "(j) all comes to rest, and no process ends by itself",
      broken: [...late, ...stack.endings()],
    };
    const findings = [...check(history, dump), rest];
    await writeFile(join(options.folder, "history.json"), JSON.stringify({ schedule, findings, history, dump }));
    return { findings, history, dump };
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await source.close();
    await stack.close();
  }
};

/** Waits until every booking has become a chat. */
const cardsOf = async ({ mongodb }: Stack, count: number): Promise<Card[]> => {
  let cards: Card[] = [];
  const areThere = async (): Promise<boolean> => {
    cards = (await readDump(mongodb.uri)).cards.filter(({ lastSeq }) => lastSeq > 0);
    return cards.length === count;
  };
  await waitUntil({ what: "the first approvals did not become chats", limitMs: 30_000, check: areThere });
  return cards;
};

/** Every client joins every chat of its person. */
const watchAll = async (cards: Card[], clients: Client[]): Promise<void> => {
  for (const client of clients) {
    const own = cards.filter(({ participants }) => Object.values(participants ?? {}).includes(client.userId));
    for (const { id } of own) client.watch(id);
  }
  const areIn = () => clients.every((client) => client.isSettled());
  await waitUntil({ what: "the clients did not join", limitMs: 20_000, check: areIn });
};

type Players = { stack: Stack; clients: Client[]; source: BookingSource; history: History };

const play = async (
  { schedule, signal, report }: RunOptions,
  { stack, clients, source, history }: Players,
): Promise<void> => {
  const telling = setInterval(() => report(progress(history)), 10_000);
  try {
    await Promise.all([
      playActions(planActions(schedule), clients, schedule.seed, signal),
      source.play(planBookings(schedule), signal),
      playFaults({ stack, faults: schedule.faults, history, signal, report }),
    ]);
    signal.throwIfAborted();
  } finally {
    clearInterval(telling);
  }
};

const heldBy = (clients: Client[]): History["held"] =>
  clients.flatMap((client) =>
    client.chatIds().map((chatId) => ({ client: client.index, chatId, ids: client.held(chatId).ids() })),
  );

/** How far a run is, in a line. */
export const progress = ({ sends, heard, told }: History): string => {
  const acked = sends.filter(({ attempts }) => attempts.at(-1)?.outcome === "acked").length;
  return `  ${acked} of ${sends.length} sends acked, ${heard.length} messages heard, ${told.length} booking events`;
};
