import { Gauge, type Registry } from "prom-client";

/** For each dependency: whether it answered a request just now as it should. */
export type Dependencies = Partial<Record<"mongodb" | "redis" | "kafka" | "files", () => boolean | Promise<boolean>>>;

/**
 * `chat_dependency_up{dependency}`: exported from the start with 0. Once `watch` was called, each scrape asks the
 * dependencies. The store for files appears only where there is one.
 */
export const watchDependencies = (registry: Registry): ((dependencies: Dependencies) => void) => {
  const known: Dependencies = { mongodb: () => false, redis: () => false, kafka: () => false };
  const gauge: Gauge = new Gauge({
    name: "chat_dependency_up",
    help: "1: it answered this process's request just now as it should",
    labelNames: ["dependency"],
    registers: [registry],
    collect: async () => {
      const asked = Object.entries(known).map(async ([dependency, isUp]) => {
        gauge.set({ dependency }, (await isUp()) ? 1 : 0);
      });
      await Promise.all(asked);
    },
  });
  return (dependencies) => void Object.assign(known, dependencies);
};
