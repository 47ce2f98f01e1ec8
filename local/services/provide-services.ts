import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { removeVolumes } from "./docker/docker.ts";
import { type FilesSettings, filesSettings } from "./files-settings.ts";
import { provideService } from "./provide-service.ts";
import { filesRecipe, kafkaRecipe, mongodbRecipe, type Recipe, redisRecipe } from "./recipes.ts";
import { stopLeftRuns } from "./runs/left-runs.ts";
import { openRun, type Run } from "./runs/run.ts";
import type { ProvidedService, ProvideOptions } from "./service.ts";
import type { ServiceName } from "./service-name.ts";

export type { How, ProvidedService, ProvideOptions } from "./service.ts";

export type ServiceSettings = Record<Exclude<Recipe["setting"], "S3_ENDPOINT">, string> & Partial<FilesSettings>;

export interface ProvidedServices extends AsyncDisposable {
  /** The addresses as environment variables, which the processes read. */
  settings: ServiceSettings;
  services: Record<Exclude<ServiceName, "files">, ProvidedService> & { files?: ProvidedService };
  /** For further processes that use these services: once registered here, they also end with this process. */
  run: Run;
  /** Stops everything that was started here. May be called twice. */
  close: () => Promise<void>;
}

export type OwnService = ProvidedService & AsyncDisposable;

/**
 * Provides MongoDB (a replica set of one member), Redis, Kafka and the store for files, each at its configured address,
 * in Docker or as a process, in the first way that works. What it starts ends with `close`, and also if this process is
 * killed. If a service cannot be provided, it rejects with a sentence for each, and leaves nothing running.
 */
export async function provideServices(options: ProvideOptions): Promise<ProvidedServices> {
  const { provide, run, close } = await openFolder(options);
  try {
    const wanted = [
      provide(mongodbRecipe),
      provide(redisRecipe),
      provide(kafkaRecipe),
      provideFiles(provide, options),
    ] as const;
    await requireAll(wanted);
    const [mongodb, redis, kafka, files] = await Promise.all(wanted);
    return {
      settings: {
        MONGODB_URI: mongodb.address,
        REDIS_URL: redis.address,
        KAFKA_BROKERS: kafka.address,
        ...(files && filesSettings(files, { env: options.env, folder: resolve(options.folder) })),
      },
      services: { mongodb, redis, kafka, ...(files && { files }) },
      run,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    options.signal.throwIfAborted();
    throw error;
  }
}

/** Resolves when all are there; rejects with a sentence for each that is missing, when none is under way any more. */
async function requireAll(wanted: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(wanted);
  const missing = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [textOf(outcome.reason)] : []));
  if (missing.length > 0) throw new Error(missing.join("\n"));
}

/** undefined: it cannot be provided, and may be missing. */
async function provideFiles(
  provide: (recipe: Recipe) => Promise<ProvidedService>,
  { filesAreOptional = false, signal, report }: ProvideOptions,
): Promise<ProvidedService | undefined> {
  try {
    return await provide(filesRecipe);
  } catch (error) {
    if (!filesAreOptional || signal.aborted) throw error;
    report(`${textOf(error)}\n  The chat starts without uploads.`);
    return undefined;
  }
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

/** A separate store for files, with the settings that reach it. */
export async function provideFilesStore(options: ProvideOptions): Promise<OwnService & { settings: FilesSettings }> {
  const service = await provideOne(filesRecipe, options);
  return Object.assign(service, { settings: filesSettings(service, { ...options, folder: resolve(options.folder) }) });
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
      const mayEnd = recipe.name === "files" && options.filesAreOptional;
      const unexpected = mayEnd ? { onUnexpectedExit: options.report } : {};
      const service = await provideService(recipe, { ...options, ...unexpected, folder, run });
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
