import { spawn } from "node:child_process";
import { flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { createLogger } from "../../src/process/logger.ts";
import { openTestRelay } from "./open-test-relay.ts";

// Run as a program, this file is a relay and nothing else: it starts fast, and can be killed.
const settings = z.object({ RELAY_TOPIC: z.string(), RELAY_BROKERS: z.string(), RELAY_MONGODB_URI: z.string() });

export type RelayProcess = {
  /** Resolves when it has the lease. */
  holds: Promise<void>;
  /** Ends it at once; resolves when it is gone. */
  kill: () => Promise<void>;
  pid: number;
  output: () => string;
};

/** A process that lives for a second needs no garbage collection: a third of the processor time of its start. */
const roomToStart = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

/** Run as a program, this file is a relay. */
export const relayProgram = fileURLToPath(import.meta.url);

/** `program`: this file, or a bundle of it. */
export const startRelayProcess = (
  topic: string,
  brokers: string[],
  mongodbUri: string,
  program = relayProgram,
): RelayProcess => {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...roomToStart, program], {
    env: {
      ...env,
      RELAY_TOPIC: topic,
      RELAY_BROKERS: brokers.join(","),
      RELAY_MONGODB_URI: mongodbUri,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  const { promise: holds, resolve } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      if (output.includes("publishes chat events now")) resolve();
    });
  }
  const ended = new Promise<void>((resolveEnd) => child.once("exit", () => resolveEnd()));
  return {
    holds,
    kill: () => {
      child.kill("SIGKILL");
      return ended;
    },
    pid: child.pid ?? 0,
    output: () => output,
  };
};

if (process.argv[1] === relayProgram) {
  // Whoever started it is gone: then it shall not stay behind.
  process.stdin.on("end", () => process.exit()).resume();
  // Who is killed writes nothing at its end.
  flushCompileCache();
  const { RELAY_TOPIC, RELAY_BROKERS, RELAY_MONGODB_URI } = settings.parse(process.env);
  await openTestRelay({
    kafka: { brokers: RELAY_BROKERS.split(","), clientId: "relay-process", ssl: false, sasl: null },
    topic: RELAY_TOPIC,
    mongodbUri: RELAY_MONGODB_URI,
    logger: createLogger({ level: "info", process: "relay" }),
    timing: { leaseMs: 1_000, beatMs: 50 },
  });
}
