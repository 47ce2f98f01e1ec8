import { join } from "node:path";
import type { WayOptions } from "../service.ts";
import { hasApt, librariesIn, unpackDebianPackages } from "./debian-packages.ts";
import { cached } from "./download-cache.ts";
import { findOnPath } from "./find-on-path.ts";

export interface Program {
  command: string;
  env: NodeJS.ProcessEnv;
}

/** redis-server from the PATH, else from Debian's or Ubuntu's packages, unpacked into the cache. */
export async function findRedis({ env, signal, report }: WayOptions): Promise<Program> {
  const installed = findOnPath("redis-server", env);
  if (installed !== undefined) return { command: installed, env };
  if (!hasApt(env)) throw new Error("redis-server is not on the PATH, and there is no apt-get to fetch it with");
  const folder = await cached({
    env,
    name: "redis-from-apt",
    what: "Redis from the system's package registry",
    report,
    fill: (into) => unpackDebianPackages({ env, packages: ["redis-server", "redis-tools"], folder: into, signal }),
  });
  const command = join(folder, "root/usr/bin/redis-server");
  return { command, env: { ...env, LD_LIBRARY_PATH: librariesIn(folder) } };
}
