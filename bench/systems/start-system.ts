import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { mongo } from "mongoose";
import { freePort } from "../../local/services/kept-port.ts";
import type { Bed } from "../bed.ts";
import { type Inspector, openInspector } from "../inspector.ts";
import { type BenchChat, inParallel } from "../load/people.ts";
import { type ServerProcess, startServer } from "../processes.ts";
import { apiKey, jwtSecret } from "./secrets.ts";
import type { RunningSystem, StartOptions, SystemName } from "./system.ts";

const atOnce = 50;
const noLimits = {
  LIMIT_SENDS_PER_S: "0",
  LIMIT_SENDS_PER_MIN: "0",
  LIMIT_EVENTS_PER_S: "0",
  LIMIT_REQUESTS_PER_MIN: "0",
  LIMIT_CONNECTIONS_PER_USER: "0",
  LIMIT_HANDSHAKES_PER_MIN: "0",
  LIMIT_CONNECTIONS_PER_ADDRESS: "0",
};

/** The settings that our processes need everywhere. */
export const ownSettings = ({ redisUrl, kafkaBrokers }: Pick<Bed, "redisUrl" | "kafkaBrokers">) => ({
  HOST: "127.0.0.1",
  LOG_LEVEL: "warn",
  REDIS_URL: redisUrl,
  KAFKA_BROKERS: kafkaBrokers() ?? "127.0.0.1:9",
  JWT_SECRET: jwtSecret,
  INTERNAL_API_KEY: apiKey,
  CORS_ORIGINS: "https://www.example.com",
  ATTACHMENT_HOSTS: "images.example.com",
  ...noLimits,
});

type Kind = {
  script: string;
  /** With several nodes the plain design and the relay need Redis between them; ours always has it. */
  env: (bed: Bed, nodes: number) => NodeJS.ProcessEnv;
  readyUrl: (port: number, opsPort: number) => string;
};

const redisBetween = ({ redisUrl }: Bed, nodes: number) => (nodes > 1 ? { REDIS_URL: redisUrl } : {});

const kinds: Record<SystemName, Kind> = {
  plain: {
    script: "bench/baseline/main.ts",
    env: redisBetween,
    readyUrl: (port) => `http://127.0.0.1:${port}/api/chat/health`,
  },
  ours: { script: "src/main.ts", env: ownSettings, readyUrl: (_, opsPort) => `http://127.0.0.1:${opsPort}/readyz` },
  relay: { script: "bench/relay/main.ts", env: redisBetween, readyUrl: (port) => `http://127.0.0.1:${port}/` },
};

/** Starts a system on an empty database. */
export const startSystem = async (
  bed: Bed,
  name: SystemName,
  { nodes: nodeCount = 1, inspect = false }: StartOptions = {},
): Promise<RunningSystem> => {
  const { script, env, readyUrl } = kinds[name];
  const mongodbUri = bed.databaseUri(`bench-${name}-${randomBytes(4).toString("hex")}`);
  const servers: ServerProcess[] = [];
  const inspectors: Inspector[] = [];
  const urls: string[] = [];
  const stop = async (): Promise<void> => {
    for (const inspector of inspectors.splice(0)) inspector.close();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await dropDatabase(mongodbUri);
  };
  try {
    for (let index = 0; index < nodeCount; index += 1) {
      const port = await freePort();
      const opsPort = await freePort();
      const inspectPort = await freePort();
      const server = await startServer({
        ...bed,
        name: `${name}-${index + 1}`,
        script,
        nodeArgs: inspect ? [`--inspect=127.0.0.1:${inspectPort}`] : [],
        env: { MONGODB_URI: mongodbUri, PORT: String(port), OPS_PORT: String(opsPort), ...env(bed, nodeCount) },
        readyUrl: readyUrl(port, opsPort),
        logFile: join(bed.folder, `${name}-${index + 1}.log`),
      });
      servers.push(server);
      if (inspect) inspectors.push(await openInspector(inspectPort));
      urls.push(`http://127.0.0.1:${port}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const makeChats: RunningSystem["makeChats"] = (count, people = {}) =>
    inParallel(Array.from({ length: count }, newBooking), atOnce, async (booking) => ({
      ...booking,
      ...people,
      chatId: name === "relay" ? randomBytes(12).toString("hex") : await initiate(urls[0], { ...booking, ...people }),
    }));
  return { name, urls, pids: servers.map(({ pid }) => pid), inspectors, mongodbUri, makeChats, stop };
};

type Booking = Omit<BenchChat, "chatId"> & { bookingId: string };

const newBooking = (): Booking => {
  const name = randomBytes(6).toString("hex");
  return { bookingId: `booking-${name}`, ownerId: `owner-${name}`, seekerId: `seeker-${name}` };
};

const initiate = async (url: string | undefined, booking: Booking): Promise<string> => {
  const response = await fetch(`${url}/api/chat/initiate`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": apiKey },
    body: JSON.stringify(booking),
  });
  if (!response.ok) throw new Error(`initiate: ${response.status} ${await response.text()}`);
  const { chat }: { chat: { id?: string; _id?: string } } = await response.json();
  return chat.id ?? chat._id ?? "";
};

const dropDatabase = async (uri: string): Promise<void> => {
  const client = await mongo.MongoClient.connect(uri);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
};
