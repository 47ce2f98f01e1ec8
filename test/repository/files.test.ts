import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { isIn, read, root } from "./sources.ts";

const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" });
const trackedFiles = git("ls-files", "-z")
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const isText = (path: string): boolean => !/\.(png|jpe?g|gif|webp|ico|woff2?)$/.test(path);

const machinePath = /(?<![\w.~-])\/(?:work|farm|home|Users)\/[\w.]/;

test("no tracked file names a path of somebody's machine", () => {
  expect(trackedFiles.length).toBeGreaterThan(50);
  expect(trackedFiles.filter(isText).filter((path) => machinePath.test(read(path)))).toEqual([]);
});

test.each(["work", "farm", "home", "Users"])("a path of a machine is seen where it begins with %s", (folder) => {
  const path = `/${folder}/ann`;
  for (const text of [`cd ${path}`, `"${path}"`, `file://${path}`]) expect(machinePath.test(text)).toBe(true);
  for (const text of [`src${path}`, `https://example.com${path}`, `..${path}`])
    expect(machinePath.test(text)).toBe(false);
});

test("no secret, log or download is tracked", () => {
  const isWrong = (path: string): boolean =>
    /(^|\/)(\.env|secrets\.env|node_modules|\.local|coverage)(\/|$)|\.(log|pem|key)$/.test(path);
  expect(trackedFiles.filter(isWrong)).toEqual([]);
});

test("tracked files are small: nobody waits for a clone", () => {
  const large = trackedFiles.filter((path) => statSync(join(root, path)).size > 1024 * 1024);
  expect(large).toEqual([]);
});

test("file names are in kebab-case", () => {
  const code = trackedFiles.filter((path) => /\.m?[jt]s$/.test(path) && !isIn(".ci", path));
  expect(code.filter((path) => !/^(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.(?:test|config|d))?\.m?[jt]s$/.test(path))).toEqual(
    [],
  );
});

test("the compiler lets nothing pass that Node could not strip", () => {
  const { compilerOptions } = JSON.parse(read("tsconfig.json"));
  expect(compilerOptions).toMatchObject({ erasableSyntaxOnly: true, verbatimModuleSyntax: true, strict: true });
});

const ownLimit = /^\s*\}, [\d_]{4,}\);$/m;

test("no test has a limit of its own: a busy machine would reach it", () => {
  const tests = trackedFiles.filter((path) => isIn("test", path) && path.endsWith(".test.ts"));
  expect(tests.length).toBeGreaterThan(100);
  expect(tests.filter((path) => ownLimit.test(read(path)))).toEqual([]);
  expect(ownLimit.test("  }, 60_000);\n")).toBe(true);
});
