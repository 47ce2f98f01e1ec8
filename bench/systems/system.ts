import type { Inspector } from "../inspector.ts";
import type { BenchChat } from "../load/people.ts";

export type SystemName = "plain" | "ours" | "relay";

/** A running system with one or several nodes, on a separate database. */
export type RunningSystem = {
  name: SystemName;
  /** One for each node. */
  urls: string[];
  pids: number[];
  /** One for each node, if it was started with `inspect`. */
  inspectors: Inspector[];
  /** The database that it uses. */
  mongodbUri: string;
  /** Chats of newly approved bookings, by default each with two people of its own. */
  makeChats: (count: number, people?: Partial<Pick<BenchChat, "ownerId">>) => Promise<BenchChat[]>;
  /** Stops it and deletes its database. May be called twice. */
  stop: () => Promise<void>;
};

export type StartOptions = {
  nodes?: number;
  /** Starts the processes with an inspector. */
  inspect?: boolean;
};
