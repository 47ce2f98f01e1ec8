import type { Inspector } from "../inspector.ts";
import type { BenchChat } from "../load/people.ts";

export type SystemName = "plain" | "ours" | "relay";

/** A system that runs, of one node or several, on a database of its own. */
export type RunningSystem = {
  name: SystemName;
  /** One for each node. */
  urls: string[];
  pids: number[];
  /** One for each node, where it was started with `inspect`. */
  inspectors: Inspector[];
  /** The database it works on. */
  mongodbUri: string;
  /** Chats of bookings just approved, each of two people nobody else has unless told. */
  makeChats: (count: number, people?: Partial<Pick<BenchChat, "ownerId">>) => Promise<BenchChat[]>;
  /** Stops it and throws its database away. May be called twice. */
  stop: () => Promise<void>;
};

export type StartOptions = {
  nodes?: number;
  /** Lets the processes be looked into. */
  inspect?: boolean;
};
