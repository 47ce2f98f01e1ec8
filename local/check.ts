import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const checks = [
  ["types", "tsc"],
  ["rules", "oxlint", "--type-aware"],
  ["format", "biome", "check"],
  ["what nothing uses", "knip"],
] as const;

const failed = checks.filter(([name, program, ...args]) => {
  console.log(`\n— ${name}: ${[program, ...args].join(" ")}`);
  return spawnSync(program, args, { cwd: root, stdio: "inherit" }).status !== 0;
});

console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.map(([name]) => name).join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
