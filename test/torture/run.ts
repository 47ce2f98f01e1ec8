import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitUntil } from "../../local/services/wait-until.ts";
import type { Card } from "../../src/chat/cards/card.ts";
import { type BookingSource, openBookingSource } from "./bookings.ts";
import { check, type Finding } from "./check.ts";
import type { Client } from "./client.ts";
import { bookingsOf, openClients, playActions } from "./clients.ts";
import { type Dump, readStored } from "./dump.ts";
import { emptyHistory, type History } from "./history.ts";
import { touchAll, waitForQuiet } from "./quiet.ts";
import { isLate, planActions, planBookings, planErasures, planStatuses, roundMs, type Schedule } from "./schedule.ts";
import { openStack, type Stack } from "./stack.ts";
import { playFaults } from "./strike.ts";
import { readToldEvents } from "./told-events.ts";

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
  const { schedule, report } = options;
  const stack = await openStack({ ...options, ...schedule, preload: ["shifted-clock.ts", ...options.preload] });
  const history = emptyHistory();
  const clients = openClients(schedule.load, stack.urls, history);
  const bookings = bookingsOf(schedule.load);
  const chatIds = new Map<string, string>();
  const brokers = [stack.kafka.address];
  const source = await openBookingSource({ brokers, urls: stack.urls, bookings, chatIds, history });
  try {
    await source.approveAll();
    const cards = await cardsOf(stack, bookings.filter((_, index) => !isLate(index)).length);
    for (const { id, bookingId } of cards) chatIds.set(bookingId, id);
    await watchAll(cards, clients);
    report(`  ${clients.length} clients in ${cards.length} chats on ${stack.nodes.length} nodes`);
    const late = await playRounds(options, { stack, clients, source, history });
    await Promise.all(clients.map((client) => client.lookBack()));
    // What a client is told after the database was read cannot be held against it.
    await Promise.all(clients.map((client) => client.stop()));
    await touchAll(stack);
    const stored = await readStored(stack.mongodb.uri);
    const dump = {
      ...stored,
      events: await readToldEvents({ address: stack.kafka.address, stored, signal: options.signal }),
    };
    const rest = {
      promise: "(j) all comes to rest, and no process ends by itself",
      broken: [...late, ...stack.endings()],
    };
    const findings = [...check(history, dump), rest];
    await writeFile(join(options.folder, "history.json"), written({ schedule, findings, history, dump }));
    return { findings, history, dump };
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await source.close();
    await stack.close();
  }
};

/** Waits until that many bookings have become chats. */
const cardsOf = async ({ mongodb }: Stack, count: number): Promise<Card[]> => {
  let cards: Card[] = [];
  const areThere = async (): Promise<boolean> => {
    cards = (await readStored(mongodb.uri)).cards.filter(({ lastSeq }) => lastSeq > 0);
    return cards.length === count;
  };
  await waitUntil({ what: "the first approvals did not become chats", limitMs: 240_000, check: areThere });
  return cards;
};

/** Every client joins every chat of its person. */
const watchAll = async (cards: Card[], clients: Client[]): Promise<void> => {
  for (const client of clients) {
    const own = cards.filter(({ participants }) => Object.values(participants ?? {}).includes(client.userId));
    for (const { id } of own) client.watch(id);
  }
  const areIn = () => clients.every((client) => client.isSettled());
  await waitUntil({ what: "the clients did not join", limitMs: 240_000, check: areIn });
};

type Players = { stack: Stack; clients: Client[]; source: BookingSource; history: History };

/** @returns what did not come to rest by itself, round by round */
const playRounds = async (options: RunOptions, players: Players): Promise<string[]> => {
  const { schedule, signal, report } = options;
  const late: string[] = [];
  for (let fromMs = 0; fromMs < schedule.seconds * 1_000; fromMs += roundMs) {
    await playRound(options, players, fromMs);
    const quiet = await waitForQuiet({ ...players, signal });
    players.history.calms.push(quiet.calm);
    late.push(...quiet.late);
    report(progress(players.history));
  }
  return late;
};

const playRound = async ({ schedule, signal, report }: RunOptions, players: Players, fromMs: number): Promise<void> => {
  const { stack, clients, source, history } = players;
  const own = <T extends { atMs: number }>(planned: T[]): T[] =>
    planned.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + roundMs);
  await Promise.all([
    playActions(own(planActions(schedule)), clients, fromMs, signal),
    source.play(own(planBookings(schedule)), fromMs, signal),
    source.playStatuses(own(planStatuses(schedule)), fromMs, signal),
    source.playErasures(own(planErasures(schedule)), fromMs, signal),
    playFaults({ stack, faults: own(schedule.faults), fromMs, history, signal, report }),
  ]);
  signal.throwIfAborted();
};

/** How far a run is, in a line. */
export const progress = ({ sends, heard, told }: History): string => {
  const acked = sends.filter(({ attempts }) => attempts.at(-1)?.outcome === "acked").length;
  return `  ${acked} of ${sends.length} sends acked, ${heard.length} messages heard, ${told.length} booking events`;
};

/** Of each kind at most so many are written down; a client that asks again and again for what is lost hears millions. */
const mostWritten = 200_000;

const written = ({ history, ...rest }: { history: History } & Record<string, unknown>): string => {
  const shortened = Object.entries(history).map(([kind, seen]): [string, unknown] => [
    kind,
    Array.isArray(seen) ? seen.slice(0, mostWritten) : seen instanceof Map ? Object.fromEntries(seen) : seen,
  ]);
  return JSON.stringify({ ...rest, history: Object.fromEntries(shortened) });
};
