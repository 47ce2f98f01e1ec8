import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import Sequencer from "@jest/test-sequencer";

const tests = fileURLToPath(new URL("..", import.meta.url));

/** Test files that take more than half a minute, the longest first. */
const slowest = [
  "guarantees/chat-events-killed",
  "guarantees/booking-backlog",
  "guarantees/booking-kafka-away",
  "guarantees/booking-brokers-rolled",
  "guarantees/unread-notices",
  "guarantees/redis-away-for-long",
  "guarantees/start-and-stop",
  "guarantees/rolling-restart",
  "attacks/poison-batches",
  "torture/short-run",
  "attacks/reads-of-one-user",
  "guarantees/chat-events-outages",
  "guarantees/redis-refuses",
  "guarantees/muted-chats",
  "guarantees/booking-database-away",
  "guarantees/mongodb-uri-options",
  "guarantees/hostile-clients",
  "guarantees/kafka-away",
  "guarantees/one-node-away",
];

/** Those that wait most are in these folders. */
const slowFolders = new Set(["guarantees", "attacks"]);

const rankOf = (path) => {
  const name = relative(tests, path).split(sep).join("/").replace(".test.ts", "");
  const rank = slowest.indexOf(name);
  if (rank >= 0) return rank;
  return slowest.length + (slowFolders.has(name.split("/")[0]) ? 0 : 1);
};

/**
 * The slow test files come first, so that a long one does not run alone at the end. Jest itself goes by the time that each
 * took the last time, which a fresh clone does not know.
 */
export default class SlowestFirst extends Sequencer {
  sort(all) {
    return super.sort(all).toSorted((one, other) => rankOf(one.path) - rankOf(other.path));
  }
}
