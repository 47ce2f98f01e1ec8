import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { removeVolumes } from "./docker/docker.ts";
import { provideService } from "./provide-service.ts";
import { kafkaRecipe, mongodbRecipe, type Recipe, redisRecipe } from "./recipes.ts";
import { stopLeftRuns } from "./runs/left-runs.ts";
import { openRun, type Run } from "./runs/run.ts";
import type { ProvidedService, ProvideOptions } from "./service.ts";
import type { ServiceName } from "./service-name.ts";

export type { How, ProvidedService, ProvideOptions } from "./service.ts";

export type ServiceSettings = Record<Recipe["setting"], string>;

export interface ProvidedServices extends AsyncDisposable {
  /** The addresses as environment variables, which the processes read. */
  settings: ServiceSettings;
  services: Record<ServiceName, ProvidedService>;
  /** For further processes that use these services: once registered here, they also end with this process. */
  run: Run;
  /** Stops everything that was started here. May be called twice. */
  close: () => Promise<void>;
}

export type OwnService = ProvidedService & AsyncDisposable;

/**
 * Provides MongoDB (a replica set of one member), Redis and Kafka, each at its configured address, in Docker or as a
 * process, in the first way that works. What it starts ends with `close`, and also if this process is killed.
 * If a service cannot be provided, it rejects with a sentence for each, and leaves nothing running.
 */
export async function provideServices(options: ProvideOptions): Promise<ProvidedServices> {
  const { provide, run, close } = await openFolder(options);
  const outcomes = await Promise.allSettled([provide(mongodbRecipe), provide(redisRecipe), provide(kafkaRecipe)]);
  const [mongodb, redis, kafka] = outcomes;
  if (mongodb.status === "rejected" || redis.status === "rejected" || kafka.status === "rejected") {
    await close();
    options.signal.throwIfAborted();
    throw new Error(
      outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [textOf(outcome.reason)] : [])).join("\n"),
    );
  }
  return {
    settings: {
      MONGODB_URI: mongodb.value.address,
      REDIS_URL: redis.value.address,
      KAFKA_BROKERS: kafka.value.address,
    },
    services: { mongodb: mongodb.value, redis: redis.value, kafka: kafka.value },
    run,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A separate MongoDB, for example for a test that kills it. */
export function provideMongodb(options: ProvideOptions): Promise<OwnService> {
  return provideOne(mongodbRecipe, options);
}

/** A separate Redis. */
export function provideRedis(options: ProvideOptions): Promise<OwnService> {
  return provideOne(redisRecipe, options);
}

/** A separate Kafka. */
export function provideKafka(options: ProvideOptions): Promise<OwnService> {
  return provideOne(kafkaRecipe, options);
}

async function provideOne(recipe: Recipe, options: ProvideOptions): Promise<OwnService> {
  const { provide, close } = await openFolder(options);
  try {
    const service = await provide(recipe);
    const { name, how, address, stop, start } = service;
    return {
      name,
      how,
      address,
      get pid() {
        return service.pid;
      },
      stop,
      start,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reserves the data folder for this process. `close` stops what was provided in it. */
async function openFolder(options: ProvideOptions) {
  const folder = resolve(options.folder);
  if (options.fresh) await empty(folder, options.report);
  await mkdir(folder, { recursive: true });
  const run = await openRun(folder, options.report);
  const provided: ProvidedService[] = [];
  return {
    run,
    provide: async (recipe: Recipe): Promise<ProvidedService> => {
      const service = await provideService(recipe, { ...options, folder, run });
      provided.push(service);
      return service;
    },
    close: once(async () => {
      await Promise.all(provided.map((service) => service.close()));
      await run.close();
      if (options.keep === false) await rm(folder, { recursive: true, force: true });
    }),
  };
}

async function empty(folder: string, report: (line: string) => void): Promise<void> {
  await stopLeftRuns(folder, report);
  await removeVolumes(folder);
  await rm(folder, { recursive: true, force: true });
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
}
