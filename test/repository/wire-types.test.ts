import { execFileSync } from "node:child_process";
import { existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { importsIn, root } from "./sources.ts";

const contract = ["message", "chat", "failures", "client-events", "server-events", "rest-calls", "chat-events"].map(
  (name) => `src/contract/${name}.ts`,
);

/** Emits declarations as a package of a client does, into `outDir`. */
const emitDeclarations = (outDir: string): void => {
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    outDir: ".",
    rootDir: root,
    typeRoots: [join(root, "node_modules/@types")],
  };
  const files = contract.map((path) => join(root, path));
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] };
  writeFileSync(join(outDir, "tsconfig.json"), JSON.stringify(config));
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", outDir], { stdio: "inherit" });
};

/** The packages that declarations import, and those that the files they import import. */
const packagesOf = (outDir: string): Set<string> => {
  const packages = new Set<string>();
  const reached = new Set(contract);
  for (const path of reached) {
    const declaration = join(outDir, path.replace(/\.ts$/, ".d.ts"));
    const text = readFileSync(declaration, "utf8");
    for (const { to } of importsIn(path, text)) {
      if (existsSync(join(root, to))) reached.add(to);
      else packages.add(to);
    }
  }
  return packages;
};

test("the types of the contract need no package, so a client of them needs no zod", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "wire-types-"));
  emitDeclarations(folder.path);
  expect([...packagesOf(folder.path)]).toEqual([]);
});
