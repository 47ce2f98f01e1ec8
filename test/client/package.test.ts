import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { publint } from "publint";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempDisposableSync(join(tmpdir(), "lyvo-chat-package-"));
let packed = "";

beforeAll(() => {
  const options = { cwd: root, encoding: "utf8" as const };
  packed = execFileSync(process.execPath, ["client/pack.ts", folder.path], options).trim().split("\n").at(-1) ?? "";
  execFileSync("tar", ["-xzf", packed, "-C", folder.path]);
});
afterAll(() => folder.remove());

const readPacked = (name: string): string => readFileSync(join(folder.path, "package", name), "utf8");

test("what is packed is what the field's checkers expect", async () => {
  const { messages } = await publint({ pkgDir: join(folder.path, "package"), strict: true });
  expect(messages).toEqual([]);
  const { problems } = (await checkPackage(createPackageFromTarballData(readFileSync(packed)), {})) as {
    problems?: { kind: string; resolutionKind?: string }[];
  };
  // ESM alone, as the contract says: the resolution of old TypeScript, and `require`, do not find it.
  const isExpected = (kind: string, resolution?: string): boolean =>
    kind === "CJSResolvesToESM" || resolution === "node10";
  expect((problems ?? []).filter(({ kind, resolutionKind }) => !isExpected(kind, resolutionKind))).toEqual([]);
});

test("its types need no package but React's", () => {
  for (const name of ["dist/index.d.ts", "dist/react.d.ts"]) {
    const packages = [...readPacked(name).matchAll(/from "([^."][^"]*)"/g)].map(([, to]) => to);
    expect(packages.filter((to) => to !== "react")).toEqual([]);
  }
});

const weigh = (name: string): { first: number; all: number; oneFile: number } => {
  const args = [join(import.meta.dirname, "weigh.ts"), join(folder.path, "package", name)];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }));
};

test("a page loads at most 6 kB of it before it runs, and 1 kB of the hooks", () => {
  const { first, all, oneFile } = weigh("dist/index.js");
  expect(first).toBeLessThanOrEqual(6_000);
  expect(all).toBeLessThanOrEqual(14_600);
  expect(oneFile).toBeLessThanOrEqual(13_200);
  expect(weigh("dist/react.js").all).toBeLessThanOrEqual(1_000);
});

test("it loads where there is no browser, and touches nothing", () => {
  const code = `const before = Object.keys(globalThis).length; const { createChatClient } = await import(${JSON.stringify(join(folder.path, "package/dist/index.js"))});
    const client = createChatClient({ url: "http://localhost:1", userId: "u", getToken: async () => { throw new Error("asked"); } });
    client.inbox.get(); client.chat("a").view.get();
    console.log(Object.keys(globalThis).length - before, client.connection.get().state);`;
  // The packed folder has no dependencies of its own: those of this clone are found from it.
  execFileSync("ln", ["-s", join(root, "node_modules"), join(folder.path, "node_modules")]);
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: folder.path,
    encoding: "utf8",
  });
  expect(said.trim()).toBe("0 connecting");
});
