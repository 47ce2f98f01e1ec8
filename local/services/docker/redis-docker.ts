import { join } from "node:path";
import type { ContainerRuntimeClient } from "testcontainers";
import { answersPing } from "../binary/redis-binary.ts";
import { keptPort } from "../kept-port.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startContainerService } from "./container-service.ts";

export async function startRedisDocker(engine: ContainerRuntimeClient, options: WayOptions): Promise<ProvidedService> {
  const port = await keptPort(join(options.folder, "redis", "port"));
  return startContainerService({
    ...options,
    engine,
    name: "redis",
    address: `redis://127.0.0.1:${port}`,
    image: "redis:8-alpine",
    command: ["redis-server", "--save", "", "--appendonly", (options.keep ?? true) ? "yes" : "no"],
    port: { container: 6379, host: port },
    dataPath: "/data",
    isReady: () => answersPing(port),
  });
}
