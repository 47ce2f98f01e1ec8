import { hasApt } from "./debian-packages.ts";
import { runCommand } from "./run-command.ts";
import type { WayOptions } from "./service.ts";

/**
 * Installs a Debian package, only as root: in a container or on a build machine, where nobody is there to be asked.
 * Elsewhere it rejects, and a person decides.
 */
export async function installWithApt(
  name: string,
  { env, signal, report }: Pick<WayOptions, "env" | "signal" | "report">,
): Promise<void> {
  if (process.getuid?.() !== 0 || !hasApt(env)) throw new Error(`${name} is not installed`);
  report(`Installing ${name} with apt-get …`);
  const quiet = { ...env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => runCommand({ command: "apt-get", args, env: quiet, signal, limitMs: 600_000 });
  const install = () => apt("install", "--yes", "--no-install-recommends", name);
  await install().catch(async () => {
    // The package lists are missing or old.
    await apt("update");
    await install();
  });
}
