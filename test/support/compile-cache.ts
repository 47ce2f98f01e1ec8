import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const parts = ["../../src/chat-node.ts", "../../consumers/open-consumers.ts"];

/**
 * The folder in which Node keeps what it compiled, for `NODE_COMPILE_CACHE`: tests start some hundreds of processes, and
 * one that finds its code compiled is up in half of the processor time. It is filled here, since most of those processes
 * are killed, and a killed process writes nothing.
 */
export const compileCacheIn = async (folder: string): Promise<string> => {
  const cache = join(folder, "compile-cache");
  const imports = parts.map((part) => `await import(${JSON.stringify(new URL(part, import.meta.url).href)});`);
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", imports.join("\n")], {
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  return cache;
};
