import { setTimeout as pause } from "node:timers/promises";
import { type Client, createClient } from "./client.ts";
import type { History } from "./history.ts";
import { createPackageClient } from "./package-client.ts";
import type { Action, Load } from "./schedule.ts";

/** A chat's booking, before anybody has told of it. */
export type Booking = { bookingId: string; ownerId: string; seekerId: string };

export const personOf = (index: number): string => `person-${index}`;

/** Who talks to whom; each person has several chats. */
export const bookingsOf = ({ people, chats }: Load): Booking[] =>
  Array.from({ length: chats }, (_, index) => {
    const round = 1 + Math.floor(index / people);
    return {
      bookingId: `booking-${index}`,
      ownerId: personOf(index % people),
      seekerId: personOf((index + round) % people),
    };
  });

/**
 * Two devices for each person, spread over the nodes, some with other habits than others: the first has the package, in one
 * tab or in two; the second follows docs/frontend.md by itself.
 */
export const openClients = (load: Load, urls: string[], history: History): Client[] =>
  Array.from({ length: 2 * load.people }, (_, index) => {
    const person = Math.floor(index / 2);
    const shared = { index, userId: personOf(person), history };
    if (index % 2 === 1) return createClient({ ...shared, urls, eager: index % 3 === 2, hinted: person % 2 === 1 });
    const url = urls[person % urls.length] ?? "";
    return createPackageClient({ ...shared, url, tabCount: person % 3 === 0 ? 2 : 1 });
  });

/** Unacked messages of a client; past it a person would stop writing. */
const mostUnsent = 12;

/** Plays the actions at their times, counted from `fromMs`. Resolves when the last one was begun, or at the abort. */
export const playActions = async (
  actions: Action[],
  clients: Client[],
  fromMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const began = performance.now() - fromMs;
  for (const action of actions) {
    const leftMs = action.atMs - (performance.now() - began);
    if (leftMs > 0) await pause(leftMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const client = clients[action.client];
    const chatIds = client?.chatIds() ?? [];
    const chatId = chatIds[Math.floor(action.chat * chatIds.length)];
    if (client !== undefined && chatId !== undefined) play(client, clients, chatId, action);
  }
};

const play = (client: Client, clients: Client[], chatId: string, action: Action): void => {
  if (action.act === "send") {
    if (client.unsent(chatId) < mostUnsent) client.send(chatId, { ...action, content: contentOf(action) });
  } else if (action.act === "edit" || action.act === "delete") {
    const devices = action.both ? clients.filter(({ userId }) => userId === client.userId) : [client];
    for (const device of devices) device.change(chatId, { ...action, content: changeOf(action, device) });
  } else if (action.act === "read") client.markRead(chatId);
  else if (action.act === "leave") client.leave(chatId);
  else if (action.act === "typing") client.typing(chatId);
  else client.reconnect();
};

const changeOf = ({ act, nth }: Action, { index }: Client): string => (act === "edit" ? `e${nth}-${index} 👍` : "");

const contentOf = ({ nth, length }: Extract<Action, { act: "send" }>): string =>
  `m${nth} ${"👍".repeat(Math.max(1, length - 10))}`;
