import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pagePeople } from "./page-people.ts";
import { runProduction } from "./run-production.ts";
import { type How, provideServices } from "./services/provide-services.ts";
import { startStack } from "./stack.ts";
import { StopRequest, stopSignal } from "./stop-signal.ts";

const usage = `npm start -- [options]
  --fresh               empty the local stack's data first
  --nodes NUMBER        start several chat nodes on one stack (default 1)
  --dev                 restart a process when its files change, and let a debugger attach (npm run dev)
  --services auto|docker|binary
                        how MongoDB, Redis, Kafka and the store for files are provided (default auto: configured
                        address, Docker, binary)`;

interface Options {
  fresh: boolean;
  nodeCount: number;
  watch: boolean;
  how: How;
}

const signal = stopSignal();
process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof StopRequest) return 0;
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
process.exit();

async function main(): Promise<number> {
  const envFile = fileURLToPath(new URL("../.env", import.meta.url));
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  const options = readOptions();
  if (options === undefined) return 0;
  if (process.env["NODE_ENV"] === "production") return runProduction({ env: process.env, signal });
  return runLocally(options);
}

async function runLocally({ fresh, nodeCount, watch, how }: Options): Promise<number> {
  const folder = fileURLToPath(new URL("../.local", import.meta.url));
  const env = process.env;
  const failed = Promise.withResolvers<string>();
  const report = (line: string): void => console.log(line);
  await using services = await provideServices({
    env,
    folder,
    fresh,
    how,
    signal,
    report,
    filesAreOptional: true,
    onUnexpectedExit: failed.resolve,
  });
  const stack = await startStack({ env, folder, services, nodeCount, watch, signal, report });
  report(welcome(stack));
  const reason = await Promise.race([failed.promise, stack.broken, aborted()]);
  report(reason === null ? "\nStopping …" : `\n${reason}\nStopping the rest …`);
  await stack.close();
  await services.close();
  report("Stopped.");
  return reason === null ? 0 : 1;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      fresh: { type: "boolean", default: false },
      nodes: { type: "string", default: "1" },
      dev: { type: "boolean", default: false },
      services: { type: "string", default: "auto" },
      help: { type: "boolean", default: false },
    },
  });
  const nodeCount = Number(values.nodes);
  const how = (["auto", "docker", "binary"] as const).find((one) => one === values.services);
  if (values.help) console.log(usage);
  if (values.help) return undefined;
  if (!(nodeCount >= 1 && nodeCount <= 9) || how === undefined) throw new Error(usage);
  return { fresh: values.fresh, nodeCount, watch: values.dev, how };
}

function aborted(): Promise<null> {
  return new Promise((resolve) => {
    // The listener alone does not keep the process alive; the handles of the services do.
    signal.addEventListener("abort", () => resolve(null), { once: true });
    if (signal.aborted) resolve(null);
  });
}

function welcome({ pageUrl, chatUrls }: { pageUrl: string; chatUrls: string[] }): string {
  const [first] = chatUrls;
  return `
  The chat is running. Open the page and press "Approve booking":

    ${pageUrl}

  Chat       ${chatUrls.join("  ")}
  API docs   ${first}/api/chat/docs
  A token    npm run token -- ${pagePeople[0]?.id}   for a page of your own, on any port of localhost
  Ctrl-C stops everything. The data stays for the next start; npm start -- --fresh empties it.
`;
}
