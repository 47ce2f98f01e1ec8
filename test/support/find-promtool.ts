import { join } from "node:path";
import { hasApt, unpackDebianPackages } from "../../local/services/binary/debian-packages.ts";
import { cached } from "../../local/services/binary/download-cache.ts";
import { findOnPath } from "../../local/services/binary/find-on-path.ts";

/** promtool from the PATH, else from Debian's or Ubuntu's package of Prometheus, unpacked into the cache. */
export const findPromtool = async (): Promise<string> => {
  const { env } = process;
  const installed = findOnPath("promtool", env);
  if (installed !== undefined) return installed;
  if (!hasApt(env)) throw new Error("promtool is not on the PATH: install Prometheus");
  const folder = await cached({
    env,
    name: "prometheus-from-apt",
    what: "Prometheus from the system's package registry",
    report: () => {},
    fill: (into) =>
      unpackDebianPackages({ env, packages: ["prometheus"], folder: into, signal: AbortSignal.timeout(600_000) }),
  });
  return join(folder, "root/usr/bin/promtool");
};
