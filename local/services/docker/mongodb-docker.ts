import { join } from "node:path";
import type { ContainerRuntimeClient } from "testcontainers";
import { mongodbUri } from "../binary/mongodb-binary.ts";
import { keptPort } from "../kept-port.ts";
import { makeReplicaSet } from "../make-replica-set.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startContainerService } from "./container-service.ts";

export async function startMongodbDocker(
  engine: ContainerRuntimeClient,
  options: WayOptions,
): Promise<ProvidedService> {
  const port = await keptPort(join(options.folder, "mongodb", "port"));
  return startContainerService({
    ...options,
    engine,
    name: "mongodb",
    address: mongodbUri(port),
    image: "mongo:8.0",
    // The same port inside and outside: the set sends its member's address to clients, so it must be valid on both sides.
    command: ["mongod", "--replSet", "rs0", "--bind_ip_all", "--port", String(port), "--wiredTigerCacheSizeGB", "0.5"],
    port: { container: port, host: port },
    dataPath: "/data/db",
    isReady: () => makeReplicaSet(port),
  });
}
