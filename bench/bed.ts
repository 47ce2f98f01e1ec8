import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OwnService, provideKafka, provideMongodb, provideRedis } from "../local/services/provide-services.ts";
import { openRun, type Run } from "../local/services/runs/run.ts";
import { type Generator, startGenerator } from "./load/generator.ts";
import type { SystemName } from "./systems/system.ts";

/** What every scenario uses: the services, and a load generator. */
export type Bed = {
  folder: string;
  run: Run;
  signal: AbortSignal;
  redisUrl: string;
  databaseUri: (name: string) => string;
  /** The servers that all systems share, by name, to watch their CPU time. */
  shared: () => Record<string, number[]>;
  /** Kafka is only started when it is asked for. */
  startKafka: () => Promise<string>;
  kafkaBrokers: () => string | undefined;
  generator: Generator;
  /** Which systems are to be measured. */
  wants: (system: SystemName) => boolean;
  profileFolder: string | undefined;
  /** Reports the progress. */
  report: (line: string) => void;
  close: () => Promise<void>;
};

type Options = {
  signal: AbortSignal;
  report: (line: string) => void;
  /** Where the CPU profiles of our nodes go; none are taken without it. */
  profileFolder: string | undefined;
  /** All of them where it is undefined. */
  systems: string[] | undefined;
};

/** Starts a MongoDB and a Redis for the bench, as processes on this machine, and deletes them afterwards. */
export const openBed = async ({ signal, report, profileFolder, systems }: Options): Promise<Bed> => {
  const folder = mkdtempSync(join(tmpdir(), "lyvo-chat-bench-"));
  const { MONGODB_URI: _, REDIS_URL: __, KAFKA_BROKERS: ___, ...env } = process.env;
  const options = { env, signal, report, how: "binary", keep: false } as const;
  const provided: OwnService[] = [];
  const run = await openRun(folder, report);
  const close = async (): Promise<void> => {
    await Promise.all(provided.map((service) => service.close()));
    await run.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const provide = async (way: typeof provideMongodb, name: string): Promise<OwnService> => {
    const service = await way({ ...options, folder: join(folder, name) });
    provided.push(service);
    return service;
  };
  try {
    const mongodb = await provide(provideMongodb, "mongodb");
    const redis = await provide(provideRedis, "redis");
    let kafka: OwnService | undefined;
    const generator = startGenerator();
    return {
      folder,
      run,
      signal,
      redisUrl: redis.address,
      databaseUri: (name) => {
        const uri = new URL(mongodb.address);
        uri.pathname = `/${name}`;
        return uri.href;
      },
      shared: () => ({ mongodb: [mongodb.pid ?? 0], redis: [redis.pid ?? 0] }),
      startKafka: async () => (kafka ??= await provide(provideKafka, "kafka")).address,
      kafkaBrokers: () => kafka?.address,
      generator,
      wants: (system) => systems?.includes(system) ?? true,
      profileFolder,
      report,
      close: async () => {
        await generator.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
