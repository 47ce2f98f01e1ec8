import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

export interface CachedOptions {
  env: Record<string, string | undefined>;
  /** The entry's folder in the cache. Its name includes the version, since an entry never changes. */
  name: string;
  /** For the progress lines, such as "Kafka 4.1.0 from Maven Central". */
  what: string;
  report: (line: string) => void;
  /** Fills an empty folder. */
  fill: (folder: string) => Promise<void>;
}

/** Outside the clone, so that every clone on a machine shares it. */
export function cacheFolder(env: Record<string, string | undefined>): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "lyvo-chat");
}

/**
 * The folder of a download, filled on first use. It is filled under a temporary name and then renamed, so a folder with
 * the final name is always complete, even after a crash or if several processes fill it at once.
 */
export async function cached({ env, name, what, report, fill }: CachedOptions): Promise<string> {
  const place = join(cacheFolder(env), name);
  if (existsSync(place)) return place;
  await mkdir(cacheFolder(env), { recursive: true });
  const startedAt = performance.now();
  report(`Downloading ${what} …`);
  const beside = await mkdtemp(`${place}.partial-`);
  try {
    await fill(beside);
    await rename(beside, place).catch((error: unknown) => {
      // Another process was faster: use its folder.
      if (!existsSync(place)) throw error;
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  report(`Downloaded ${what}: ${megabytes(await sizeOf(place))} in ${seconds} s, kept in ${place}`);
  return place;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
