import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

// npm run client:pack: builds the package and packs it, into a folder if one is named. The last line is the packed file's path.
const folder = import.meta.dirname;
const [destination = folder] = process.argv.slice(2);
const bin = join(folder, "../node_modules/.bin");
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

run(join(bin, "tsdown"), "--log-level", "error");
for (const name of ["index.js", "react.js"]) {
  const code = readFileSync(join(folder, "dist", name));
  console.log(`${name}: ${code.length} bytes, ${gzipSync(code, { level: 9 }).length} gzipped`);
}
const packed: { filename: string }[] = JSON.parse(
  run("npm", "pack", "--json", "--ignore-scripts", "--pack-destination", destination),
);
console.log(join(destination, packed[0]?.filename ?? ""));
