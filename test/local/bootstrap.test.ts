import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const bootstrap = fileURLToPath(new URL("../../local/bootstrap.mjs", import.meta.url));
const wanted = {
  "": { name: "clone" },
  "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" },
  "node_modules/other-system": { version: "1.0.0", integrity: "sha512-b", optional: true },
  local: { name: "for-the-stack", version: "0.1.0" },
  "node_modules/for-the-stack": { resolved: "local", link: true },
  "node_modules/for-tests": { version: "3.0.0", integrity: "sha512-d", dev: true },
};
const { "node_modules/other-system": _otherSystem, "node_modules/for-tests": forTests, ...needed } = wanted;
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "lyvo-chat-clone-"));
  mkdirSync(join(clone, "local"));
  mkdirSync(join(clone, "node_modules"));
  cpSync(bootstrap, join(clone, "local/bootstrap.mjs"));
  writeLock("package-lock.json", wanted);
  write(
    "script.ts",
    'const words: string[] = process.argv.slice(2); console.log("ran", ...words); process.exitCode = 7;',
  );
  write("npm-cli.js", 'require("node:fs").writeFileSync("npm-was-called", process.argv.slice(2).join(" "));');
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

test("with the dependencies there, the script runs at once with its arguments, and its exit code is passed on", () => {
  writeLock("node_modules/.package-lock.json", needed);
  const { stdout, status } = run("script.ts", "--fresh", "two words");
  expect(stdout).toBe("ran --fresh two words\n");
  expect(status).toBe(7);
  expect(npmWasCalled()).toBe(false);
});

test("without node_modules the dependencies are installed first", () => {
  const { stdout } = run("script.ts");
  expect(npmArguments()).toMatch(/^ci /);
  expect(stdout).toMatch(/^Installing the dependencies[^]+ran\n$/);
});

test("without --dev the packages that only development needs are not installed", () => {
  run("script.ts");
  expect(npmArguments()).toMatch(/^ci --omit=dev /);
});

test("with --dev they are added to what is there", () => {
  writeLock("node_modules/.package-lock.json", needed);
  const { stdout } = run("--dev", "script.ts", "word");
  expect(npmArguments()).toMatch(/^install --no-save /);
  expect(stdout).toMatch(/ran word\n$/);
});

test("with --dev and everything there, nothing is installed", () => {
  writeLock("node_modules/.package-lock.json", { ...needed, "node_modules/for-tests": forTests });
  expect(run("--dev", "script.ts").stdout).toBe("ran\n");
});

test("with --dev and nothing there, everything is installed at once", () => {
  run("--dev", "script.ts");
  expect(npmArguments()).toMatch(/^ci (?!--omit)/);
});

test("a package that the local stack needs is installed where npm left it out", () => {
  const { "node_modules/for-the-stack": _, ...without } = needed;
  writeLock("node_modules/.package-lock.json", without);
  run("script.ts");
  expect(npmWasCalled()).toBe(true);
});

test("another version than the lock file's is replaced", () => {
  writeLock("node_modules/.package-lock.json", { "node_modules/zod": { version: "4.6.6", integrity: "sha512-old" } });
  run("script.ts");
  expect(npmWasCalled()).toBe(true);
});

test("when npm fails, one sentence says so and nothing is run", () => {
  write("npm-cli.js", "process.exit(3);");
  const { stdout, stderr, status } = run("script.ts");
  expect(stderr).toMatch(/^npm ci ended with code 3, so the dependencies are not installed: [^\n]+\n$/);
  expect(stdout).not.toContain("ran");
  expect(status).toBe(1);
});

function run(...args: string[]) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return spawnSync(process.execPath, [join(clone, "local/bootstrap.mjs"), ...args], {
    cwd: clone,
    env: { ...env, npm_execpath: join(clone, "npm-cli.js") },
    encoding: "utf8",
  });
}

function write(file: string, text: string): void {
  writeFileSync(join(clone, file), text);
}

function writeLock(file: string, packages: object): void {
  write(file, JSON.stringify({ lockfileVersion: 3, packages }));
}

function npmArguments(): string {
  return readFileSync(join(clone, "npm-was-called"), "utf8");
}

function npmWasCalled(): boolean {
  return existsSync(join(clone, "npm-was-called"));
}
