import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { provideServices } from "../../local/services/provide-services.ts";
import { StopRequest, stopSignal } from "../../local/stop-signal.ts";
import { runJest } from "../support/runners.ts";
import { runSchemathesis } from "./schemathesis.ts";

// npm run fuzz -- --seconds 600 --seed 7
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!(seconds >= 1 && Number.isSafeInteger(seed))) throw new Error("--seconds and --seed are whole numbers");

const signal = stopSignal();
const report = (line: string): void => console.log(line);
const folder = mkdtempSync(join(tmpdir(), "lyvo-chat-fuzz-"));

const fuzz = async (): Promise<boolean> => {
  await using services = await provideServices({ env: process.env, folder, keep: false, signal, report });
  Object.assign(process.env, services.settings);
  report(`\nevents, calls and acts, for ${seconds} s, with seed ${seed}`);
  const env = { ...process.env, FUZZ_SEED: `${seed}`, FUZZ_SECONDS: `${seconds}` };
  const args = ["test/fuzz", "--maxWorkers=3"];
  const { failed } = await runJest({ args, env, folder, run: services.run, signal, limitMs: (seconds + 900) * 1_000 });
  report(`\nschemathesis against the OpenAPI document, for ${seconds} s`);
  const isClean = await runSchemathesis({ seconds, seed, folder, run: services.run, report });
  return failed === 0 && isClean !== false;
};

const clean = await fuzz().catch((error: unknown) => {
  if (!(error instanceof StopRequest)) console.error(error);
  return false;
});
report(clean ? "nothing was found" : `found with seed ${seed}: see above`);
process.exit(clean ? 0 : 1);
