import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownConnection } from "./chat-client.ts";
import type { TestKafka } from "./kafka.ts";
import { uniqueName } from "./services.ts";
import { databaseUri } from "./start-node.ts";

const root = new URL("../../", import.meta.url);
const script = fileURLToPath(new URL("consumers/main.ts", root));

export type ConsumersProcess = Disposable & {
  pid: number;
  output: () => string;
  /** Its exit code; null where a signal ended it. */
  ended: Promise<number | null>;
  kill: (signal: NodeJS.Signals) => void;
  /** A metric's value now; the labels as Prometheus writes them. 0 before there are any. */
  metric: (nameAndLabels: string) => Promise<number>;
};

const mostTries = 5;

/** A process that does much closes a connection whose request it did not come to in time: asked again, it answers. */
const metricsOf = async (url: string): Promise<string> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await (await fetch(url, { headers: ownConnection })).text();
    } catch (error) {
      if (tries === mostTries) throw error;
      await pause(500);
    }
  }
};

/** `consumers/main.ts` as Kubernetes starts it. `preload` is loaded before it: a file, from the clone's root. */
export const startConsumersProcess = (env: NodeJS.ProcessEnv, preload?: string): ConsumersProcess => {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const imports = preload === undefined ? [] : ["--import", new URL(preload, root).href];
  const child = spawn(process.execPath, [...imports, script], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const opsPort = (): string | undefined => /"opsPort":(\d+)/.exec(output)?.[1];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => void (output += chunk));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended: new Promise((resolve) => child.once("exit", resolve)),
    kill: (signal) => void child.kill(signal),
    metric: async (name) => {
      if (opsPort() === undefined) return 0;
      const text = await metricsOf(`http://127.0.0.1:${opsPort()}/metrics`).catch((cause: unknown) => {
        const end = child.exitCode ?? child.signalCode ?? "is running";
        throw new Error(`the consumers do not answer (${end}), and said: ${output.slice(-2_000)}`, { cause });
      });
      const line = text.split("\n").find((one) => one.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
};

/** The settings of such a process on a test's topics, and a database of its own unless told. */
export const consumersEnv = (kafka: TestKafka, overrides: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  NODE_ENV: "test",
  HOST: "127.0.0.1",
  OPS_PORT: "0",
  MONGODB_URI: databaseUri(uniqueName("test")),
  KAFKA_BROKERS: kafka.address.brokers.join(","),
  KAFKA_GROUP_ID: kafka.groupId,
  BOOKING_TOPICS: `${kafka.topics.approved},${kafka.topics.cancelled}`,
  BOOKING_DLQ_TOPIC: kafka.topics.dlq,
  CHAT_EVENTS_TOPIC: kafka.topics.events,
  ...overrides,
});
