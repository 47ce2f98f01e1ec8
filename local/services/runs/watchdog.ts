import { stopRun } from "./left-runs.ts";

// Started by run.ts with a pipe as its stdin, whose other end only that process holds. The pipe ends when that process
// does, also by SIGKILL; whatever is still noted in the run's folder then is ended here.
const [runFolder] = process.argv.slice(2);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.stdin.resume();
process.stdin.on("error", () => {});
await new Promise((resolve) => process.stdin.once("close", resolve));
if (runFolder !== undefined) await stopRun(runFolder);
process.exit();
