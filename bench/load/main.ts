import { type ClosedLoop, runClosedLoop } from "./closed-loop.ts";
import { writeAtRate, writeBatches } from "./majority-writes.ts";
import { type OpenLoop, runOpenLoop } from "./open-loop.ts";
import { type BenchChat, connectPairs, type Pair } from "./people.ts";
import { runInboxes, runJoins } from "./readers.ts";

// The load generator, a process of its own: takes one command after the other from its parent, and ends with it.
let pairs: Pair[] = [];

const commands = {
  connect: async (options: { urls: string[]; chats: BenchChat[]; join: boolean }) => {
    pairs = [...pairs, ...(await connectPairs(options))];
    return { connected: pairs.length * 2 };
  },
  disconnect: async () => {
    for (const { client } of pairs.flatMap(({ owner, seeker }) => [owner, seeker])) client.close();
    pairs = [];
    return {};
  },
  closedLoop: (options: ClosedLoop) => runClosedLoop(pairs, options),
  openLoop: (options: OpenLoop) => runOpenLoop(pairs, options),
  joins: (options: Parameters<typeof runJoins>[1]) => runJoins(pairs, options),
  inboxes: runInboxes,
  writeAtRate,
  writeBatches,
};
export type Commands = typeof commands;

// The parent's side of the channel is typed by the same table, so the options fit.
type Command = { id: number; name: keyof Commands; options: never };

process.on("message", ({ id, name, options }: Command) => {
  const run: (options: never) => Promise<unknown> = commands[name];
  run(options).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
