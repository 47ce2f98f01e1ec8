import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/**
 * Runs a chat node and the consumers with the given settings; it starts no services and generates no secrets. If one of
 * them ends, the other is stopped as well. Resolves to the exit code of the one that failed.
 */
export async function runProduction({ env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<number> {
  const consumersOpsPort = String(Number(env["OPS_PORT"] || 9464) + 1);
  const children = [start("src/main.ts", env), start("consumers/main.ts", { ...env, OPS_PORT: consumersOpsPort })];
  const stop = () => {
    for (const child of children) child.kill("SIGTERM");
  };
  signal.addEventListener("abort", stop);
  const ends = children.map(exitCode);
  await Promise.race(ends);
  stop();
  const codes = await Promise.all(ends);
  const stopped = 128 + constants.signals.SIGTERM;
  return signal.aborted ? 0 : (codes.find((code) => code !== 0 && code !== stopped) ?? 1);
}

function start(script: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL(`../${script}`, import.meta.url))], { stdio: "inherit", env });
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
