import type { WayOptions } from "../service.ts";
import { hasApt } from "./debian-packages.ts";
import { runCommand } from "./run-command.ts";

type Options = Pick<WayOptions, "env" | "signal" | "report">;

// apt-get refuses to run twice at the same time.
let last: Promise<void> = Promise.resolve();

/**
 * Installs a Debian package, but only as root, that is, in a container or on a build machine without a user to ask.
 * Otherwise it rejects, and the user decides.
 */
export function installWithApt(name: string, options: Options): Promise<void> {
  const installed = last.then(() => install(name, options));
  last = installed.catch(() => {});
  return installed;
}

async function install(name: string, { env, signal, report }: Options): Promise<void> {
  if (process.getuid?.() !== 0 || !hasApt(env)) throw new Error(`${name} is not installed`);
  report(`Installing ${name} with apt-get …`);
  const quiet = { ...env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => runCommand({ command: "apt-get", args, env: quiet, signal, limitMs: 600_000 });
  const once = () => apt("install", "--yes", "--no-install-recommends", name);
  await once().catch(async () => {
    // The package lists are missing or old.
    await apt("update");
    await once();
  });
}
