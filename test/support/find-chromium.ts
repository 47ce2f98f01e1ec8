import { hasApt } from "../../local/services/binary/debian-packages.ts";
import { findOnPath, isExecutable } from "../../local/services/binary/find-on-path.ts";
import { installWithApt } from "../../local/services/binary/install-with-apt.ts";

export interface FindChromiumOptions {
  env: Record<string, string | undefined>;
  signal: AbortSignal;
  report: (line: string) => void;
}

/** The Chromium that page tests run in. As root on Debian it is installed where none is there. */
export async function findChromium(options: FindChromiumOptions): Promise<string> {
  const found = installedChromium(options.env);
  if (found !== undefined) return found;
  await installWithApt("chromium", options).catch((cause: unknown) => {
    options.signal.throwIfAborted();
    const how = hasApt(options.env) ? "run apt-get install chromium" : "install Chromium or Chrome";
    throw new Error(`There is no Chromium for the page tests: ${how}, or name one in CHROMIUM_PATH.`, { cause });
  });
  return installedChromium(options.env) ?? "chromium";
}

function installedChromium(env: Record<string, string | undefined>): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const applications = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
  return [env["CHROMIUM_PATH"], ...names.map((name) => findOnPath(name, env)), ...applications]
    .filter((file) => file !== undefined)
    .find(isExecutable);
}
