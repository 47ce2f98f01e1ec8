import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The program's full path, from the PATH of this environment. */
export function findOnPath(program: string, env: Record<string, string | undefined>): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
