import { spawn } from "node:child_process";
import { basename } from "node:path";
import { stripVTControlCharacters } from "node:util";

export interface CommandOptions {
  command: string;
  args: string[];
  signal: AbortSignal;
  limitMs: number;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end. Returns its stdout; rejects with a line of its output if it fails or takes too long. */
export async function runCommand({ command, args, signal, limitMs, cwd, env }: CommandOptions): Promise<string> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const child = spawn(command, args, { cwd, env, signal: limited, stdio: ["ignore", "pipe", "pipe"] });
  const out: string[] = [];
  const all: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out.push(text);
    all.push(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => all.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${basename(command)} failed: ${whatItSaid(all.join(""))}`);
  return out.join("");
}

/** One line of the output: the first that mentions an error, else the last. */
function whatItSaid(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .filter((line) => /\w/.test(line));
  const line = lines.find((one) => /^\W*(error|e)\b\W*\w/i.test(one)) ?? lines.at(-1) ?? "it said nothing";
  return line.trim().slice(0, 300);
}
