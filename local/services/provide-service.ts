import { dockerEngine } from "./docker/docker.ts";
import type { Recipe } from "./recipes.ts";
import type { ProvidedService, ProvideOptions, WayOptions } from "./service.ts";

/**
 * Provides one service in the first way that works. Otherwise it rejects with one sentence that says what is missing and
 * how to get it, followed by what was tried.
 */
export async function provideService(
  recipe: Recipe,
  options: WayOptions & Pick<ProvideOptions, "how">,
): Promise<ProvidedService> {
  const { title, setting } = recipe;
  const { env, how = "auto", report } = options;
  const address = env[setting];
  if (how === "auto" && address) {
    report(`${title}: at the address in ${setting}`);
    return configuredService(recipe, address);
  }
  const startedAt = performance.now();
  const service = await firstThatWorks(recipe, options, how);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  report(
    `${title}: ${service.how === "docker" ? "in Docker" : "as a process"}, ready after ${seconds} s (${service.address})`,
  );
  return service;
}

function configuredService({ name, title }: Recipe, address: string): ProvidedService {
  const notOurs = () =>
    Promise.reject(new Error(`${title} is configured by its address, so this process cannot stop or start it.`));
  return { name, how: "configured", address, pid: undefined, stop: notOurs, start: notOurs, close: async () => {} };
}

async function firstThatWorks(recipe: Recipe, options: WayOptions, how: "auto" | "docker" | "binary") {
  const tried: string[] = [];
  for (const way of how === "auto" ? (["docker", "binary"] as const) : [how]) {
    try {
      return await (way === "docker" ? inDocker(recipe, options) : recipe.asBinary(options));
    } catch (error) {
      options.signal.throwIfAborted();
      tried.push(`\n  Tried ${way === "docker" ? "Docker" : "a program on this machine"}: ${messageOf(error)}`);
    }
  }
  const { title, setting, install } = recipe;
  throw new Error(`${title} is missing: set ${setting} in .env, start Docker, or install ${install}.${tried.join("")}`);
}

async function inDocker(recipe: Recipe, options: WayOptions): Promise<ProvidedService> {
  const engine = await dockerEngine();
  if (engine === undefined) throw new Error("no engine answers on this machine");
  return recipe.inDocker(engine, options).catch((error: unknown) => {
    options.report(`${recipe.title}: not in Docker (${messageOf(error)})`);
    throw error;
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error && error.cause.message !== "" ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`;
}
