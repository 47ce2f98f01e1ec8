import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Commands } from "./main.ts";

export type Generator = {
  /** Runs a command in the generator, and resolves with its result. @throws what it threw */
  tell: <C extends keyof Commands>(
    command: C,
    options: Parameters<Commands[C]>[0],
  ) => Promise<Awaited<ReturnType<Commands[C]>>>;
  /** Ends the connections. Does nothing if the generator is gone, and the connections with it. */
  disconnect: () => Promise<void>;
  /** Ends it, whatever it is doing. May be called twice. */
  close: () => Promise<void>;
};

type Answer = { id: number; result?: never; error?: string };
type Waiting = { resolve: (result: never) => void; reject: (error: Error) => void };

/** Starts the load generator in a separate process, so that it shares no event loop with what it measures. */
export const startGenerator = (): Generator => {
  const child = fork(fileURLToPath(new URL("main.ts", import.meta.url)));
  const waiting = new Map<number, Waiting>();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let lastId = 0;
  child.on("message", ({ id, result, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result!);
    else asked?.reject(new Error(error));
  });
  child.once("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the load generator ended with ${code}`));
  });
  const tell: Generator["tell"] = (name, options) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.send({ id: lastId, name, options });
    });
  return {
    tell,
    disconnect: async () => {
      if (child.connected) await tell("disconnect", undefined);
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
};
