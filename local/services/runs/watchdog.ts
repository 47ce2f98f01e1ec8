import { stopRun } from "./left-runs.ts";

// run.ts starts this with a pipe as its stdin, and only that process has the other end. The pipe closes when that process
// ends, even by SIGKILL; then the watchdog ends everything that is still registered in the run's folder.
const [runFolder] = process.argv.slice(2);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.stdin.resume();
process.stdin.on("error", () => {});
await new Promise((resolve) => process.stdin.once("close", resolve));
if (runFolder !== undefined) await stopRun(runFolder);
process.exit();
