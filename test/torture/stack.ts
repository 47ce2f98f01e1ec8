import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../local/services/kept-port.ts";
import { provideService } from "../../local/services/provide-service.ts";
import { kafkaRecipe, redisRecipe } from "../../local/services/recipes.ts";
import { openRun } from "../../local/services/runs/run.ts";
import type { ProvidedService, WayOptions } from "../../local/services/service.ts";
import { apiKey, jwtSecret } from "../support/start-node.ts";
import { createProductProcess, type ProductProcess } from "./product-process.ts";
import { openProxy, type Proxy } from "./proxy.ts";
import { openReplicaSet, type ReplicaSet } from "./replica-set.ts";

/** A chat node with what stands around it: its clients reach it, and it reaches Redis, through proxies. */
export type Node = { process: ProductProcess; clients: Proxy; redis: Proxy };

export type Stack = {
  mongodb: ReplicaSet;
  redis: ProvidedService;
  kafka: ProvidedService;
  nodes: Node[];
  consumers: ProductProcess[];
  /** Runs only while the fault that is named after it lasts. */
  moreConsumers: ProductProcess;
  /** Where clients connect to, one for each node. */
  urls: string[];
  /** How processes ended that nobody had told to. */
  endings: () => string[];
  close: () => Promise<void>;
};

type Options = {
  folder: string;
  members: 1 | 3;
  electionTimeoutMs: number;
  /** Loaded by the chat nodes and the consumers before anything else, from this folder. */
  preload: string[];
  signal: AbortSignal;
  report: (line: string) => void;
};

const nodeCount = 2;
const consumersCount = 2;

/** Everything, on loopback and in one folder. Ends with `close`, and also when this process is killed. */
export const openStack = async (options: Options): Promise<Stack> => {
  const { folder, signal, report } = options;
  await mkdir(folder, { recursive: true });
  const run = await openRun(folder, report);
  // Without the addresses of services that others use: these are to be killed.
  const { MONGODB_URI: _, REDIS_URL: __, KAFKA_BROKERS: ___, ...env } = process.env;
  const way: WayOptions = { env, folder, signal, report: () => undefined, keep: false, run };
  const closers: (() => unknown)[] = [() => run.close()];
  const closing = <T extends { close: () => unknown }>(opened: T): T => {
    closers.unshift(() => opened.close());
    return opened;
  };
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0)) await end();
  };

  try {
    const [mongodb, redis, kafka] = await allOrNone([
      openReplicaSet({ ...way, count: options.members, electionTimeoutMs: options.electionTimeoutMs }).then(closing),
      provideService(redisRecipe, { ...way, how: "binary" }).then(closing),
      provideService(kafkaRecipe, { ...way, how: "binary" }).then(closing),
    ]);
    const settings = { ...env, ...productSettings, MONGODB_URI: mongodb.uri, KAFKA_BROKERS: kafka.address };
    const product = async (name: string, script: string, own: NodeJS.ProcessEnv): Promise<ProductProcess> => {
      const opsPort = await freePort();
      const process = createProductProcess({
        name,
        script,
        preload: options.preload,
        opsPort,
        env: { ...settings, OPS_PORT: String(opsPort), ...own },
        logFile: join(folder, name),
        run,
        signal,
      });
      closers.unshift(() => process.stop("SIGKILL"));
      return process;
    };
    const redisPort = Number(new URL(redis.address).port);
    const openNode = async (index: number): Promise<Node> => {
      const nodePort = await freePort();
      const clients = closing(await openProxy(nodePort));
      const link = closing(await openProxy(redisPort));
      const own = { PORT: String(nodePort), REDIS_URL: `redis://127.0.0.1:${link.port}` };
      return { process: await product(`node-${index}`, "src/main.ts", own), clients, redis: link };
    };
    const nodes: Node[] = [];
    for (let index = 0; index < nodeCount; index += 1) nodes.push(await openNode(index));
    const consumers: ProductProcess[] = [];
    for (let index = 0; index <= consumersCount; index += 1) {
      consumers.push(await product(`consumers-${index}`, "consumers/main.ts", { REDIS_URL: redis.address }));
    }
    const moreConsumers = consumers.pop();
    if (moreConsumers === undefined) throw new Error("no consumers");
    await Promise.all([...nodes.map((node) => node.process.start()), ...consumers.map((one) => one.start())]);
    const all = [...nodes.map((node) => node.process), ...consumers, moreConsumers];
    return {
      mongodb,
      redis,
      kafka,
      nodes,
      consumers,
      moreConsumers,
      urls: nodes.map(({ clients }) => `http://127.0.0.1:${clients.port}`),
      endings: () => all.flatMap((one) => one.endings()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Waits for all also where one fails, so that what was opened is known and can be closed. */
const allOrNone = async <T extends readonly Promise<unknown>[]>(
  all: [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> => {
  await Promise.allSettled(all);
  return Promise.all(all);
};

/** Removes what a run left on disk. */
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

const off = [
  "SENDS_PER_S",
  "SENDS_PER_MIN",
  "EVENTS_PER_S",
  "REQUESTS_PER_MIN",
  "CONNECTIONS_PER_USER",
  "HANDSHAKES_PER_MIN",
];

const productSettings = {
  NODE_ENV: "test",
  HOST: "127.0.0.1",
  LOG_LEVEL: process.env["TORTURE_LOG_LEVEL"] ?? "info",
  JWT_SECRET: jwtSecret,
  INTERNAL_API_KEY: apiKey,
  CORS_ORIGINS: "https://www.lyvo.example",
  ATTACHMENT_HOSTS: "images.example.com",
  // On a busy machine a run takes longer than a person may edit.
  EDIT_WINDOW_S: "86400",
  ...Object.fromEntries(off.map((name) => [`LIMIT_${name}`, "0"])),
};
