import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { keptPort } from "../kept-port.ts";
import { makeReplicaSet } from "../make-replica-set.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startBinaryService } from "./binary-service.ts";
import { findMongod } from "./find-mongod.ts";

export async function startMongodbBinary(options: WayOptions): Promise<ProvidedService> {
  const program = await findMongod(options);
  const folder = join(options.folder, "mongodb");
  const port = await keptPort(join(folder, "port"));
  return startBinaryService({
    ...options,
    ...program,
    name: "mongodb",
    address: mongodbUri(port),
    args: mongodArguments({ folder: join(folder, "data"), port, keep: options.keep }),
    logFile: join(folder, "mongodb.log"),
    isReady: () => makeReplicaSet(port),
  });
}

export function mongodbUri(port: number): string {
  return `mongodb://127.0.0.1:${port}/lyvo-chat?replicaSet=rs0`;
}

type Arguments = { folder: string; port: number; keep: boolean | undefined };

function mongodArguments({ folder, port, keep }: Arguments): string[] {
  mkdirSync(folder, { recursive: true });
  const place = ["--dbpath", folder, "--bind_ip", "127.0.0.1", "--port", String(port), "--nounixsocket"];
  // Fail points: data that is not kept belongs to a test, and tests use them to cause failures that are otherwise impossible.
  const forTests = keep === false ? ["--setParameter", "enableTestCommands=1"] : [];
  return [...place, "--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "256", "--quiet", ...forTests];
}
