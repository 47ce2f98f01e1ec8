import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { provideServices } from "../local/services/provide-services.ts";
import { openRun } from "../local/services/runs/run.ts";
import { StopRequest, stopSignal } from "../local/stop-signal.ts";
import { compileCacheIn } from "./support/compile-cache.ts";
import { add, type Counts } from "./support/counts.ts";
import { findChromium } from "./support/find-chromium.ts";
import { hasPageTests, runJest, runPlaywright } from "./support/runners.ts";
import { unitTests } from "./support/unit-tests.ts";

// npm test: provides the backing services, runs all tests, or those named, and ends with a line of counts.
// npm run test:unit (--unit): those alone that need no service, and brings none up.
const signal = stopSignal();
const report = (line: string): void => console.log(line);
const folder = mkdtempSync(join(tmpdir(), "lyvo-chat-test-"));

const { argv } = process;
const wanted = argv.includes("--unit") ? runUnitTests(argv.slice(2).filter((arg) => arg !== "--unit")) : runAll();
const counts = await wanted.catch((error: unknown): Counts => {
  if (!(error instanceof StopRequest)) console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  return { passed: 0, failed: 1 };
});
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

async function runAll(): Promise<Counts> {
  const env = { ...configuredAddresses(), ...process.env };
  const filling = compileCacheIn(folder);
  await using services = await provideServices({ env, folder, keep: false, signal, report });
  const options = {
    env: { ...env, ...services.settings, NODE_COMPILE_CACHE: await filling },
    folder,
    run: services.run,
    signal,
  };
  const { jest, page } = splitArguments(process.argv.slice(2));
  // Side by side: both wait more than they work.
  const running: Promise<Counts>[] = [];
  if (jest !== undefined) running.push(runJest({ ...options, args: jest }));
  if (page !== undefined && hasPageTests()) running.push(runPageTests(page, options));
  return add(await Promise.all(running));
}

async function runUnitTests(flags: string[]): Promise<Counts> {
  const run = await openRun(folder, report);
  const args = ["--runTestsByPath", ...unitTests(), ...flags];
  try {
    return await runJest({ args, env: process.env, folder, run, signal });
  } finally {
    await run.close();
  }
}

/** From a `.env` only where the services are: its other settings are for running, and the tests bring their own. */
function configuredAddresses(): Record<string, string | undefined> {
  const file = fileURLToPath(new URL("../.env", import.meta.url));
  const given = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const { MONGODB_URI, REDIS_URL, KAFKA_BROKERS } = given;
  const { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = given;
  return { MONGODB_URI, REDIS_URL, KAFKA_BROKERS, S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY };
}

/** undefined: that runner has nothing to do. Without names both run everything. */
function splitArguments(args: string[]): { jest: string[] | undefined; page: string[] | undefined } {
  const page = args.filter((arg) => arg.startsWith("test/page"));
  const jest = args.filter((arg) => !arg.startsWith("test/page"));
  const named = page.length > 0 || jest.some((arg) => !arg.startsWith("-"));
  if (!named) return { jest, page: [] };
  return { jest: jest.length > 0 ? jest : undefined, page: page.length > 0 ? page : undefined };
}

async function runPageTests(
  args: string[],
  options: Omit<Parameters<typeof runPlaywright>[0], "args">,
): Promise<Counts> {
  const chromium = await findChromium({ env: options.env, signal, report });
  return runPlaywright({ ...options, args, env: { ...options.env, CHROMIUM_PATH: chromium } });
}
