import { mkdir, readdir, rm } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { findOnPath } from "./find-on-path.ts";
import { runCommand } from "./run-command.ts";

export interface PackagesOptions {
  env: Record<string, string | undefined>;
  packages: string[];
  /** The folder for the packages' contents, under `root`. */
  folder: string;
  signal: AbortSignal;
}

export function hasApt(env: Record<string, string | undefined>): boolean {
  return findOnPath("apt-get", env) !== undefined && findOnPath("dpkg", env) !== undefined;
}

/**
 * Unpacks Debian packages, and missing dependencies of them, into a folder. It installs nothing, so it needs no root:
 * the programs find their libraries with the `LD_LIBRARY_PATH` from `librariesIn`.
 */
export async function unpackDebianPackages({ env, packages, folder, signal }: PackagesOptions): Promise<void> {
  const downloads = join(folder, "downloads");
  await mkdir(downloads, { recursive: true });
  const apt = (options: string[]) => download({ env, packages, downloads, options, signal });
  await apt([]).catch(async () => {
    // The system's package lists are missing or old: fetch them into a separate folder.
    const options = await ownLists(folder);
    await runCommand({ command: "apt-get", args: [...options, "update"], env, signal, limitMs: 180_000 });
    await apt(options);
  });
  for (const file of (await readdir(downloads)).filter((name) => name.endsWith(".deb"))) {
    const args = ["-x", join(downloads, file), join(folder, "root")];
    await runCommand({ command: "dpkg", args, env, signal, limitMs: 60_000 });
  }
  // The package lists alone are 150 MB.
  for (const name of [downloads, ...ownFolders(folder)]) await rm(name, { recursive: true, force: true });
}

/** The `LD_LIBRARY_PATH` for programs in that folder. */
export function librariesIn(folder: string): string {
  const triplet = arch() === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return ["usr/lib", "lib"].map((path) => join(folder, "root", path, triplet)).join(":");
}

async function download({
  env,
  packages,
  downloads,
  options,
  signal,
}: Omit<PackagesOptions, "folder"> & { downloads: string; options: string[] }): Promise<void> {
  const apt = (args: string[]) =>
    runCommand({ command: "apt-get", args: [...options, ...args], cwd: downloads, env, signal, limitMs: 180_000 });
  const plan = await apt(["install", "--simulate", "--no-install-recommends", ...packages]);
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? "");
  await apt(["download", ...new Set([...packages, ...missing])]);
}

function ownFolders(folder: string): [lists: string, cache: string] {
  return [join(folder, "lists"), join(folder, "apt-cache")];
}

async function ownLists(folder: string): Promise<string[]> {
  const [lists, cache] = ownFolders(folder);
  await mkdir(join(lists, "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  // apt's own user cannot write here.
  return [`Dir::State::lists=${lists}`, `Dir::Cache=${cache}`, "APT::Sandbox::User=root"].flatMap((option) => [
    "-o",
    option,
  ]);
}
