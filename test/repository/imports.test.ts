import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { findCycle } from "./find-cycle.ts";
import { type Import, imports, importsIn, isIn, read, shown, sourceFiles } from "./sources.ts";

const violations = (isWrong: (one: Import) => boolean): string[] => imports.filter(isWrong).map(shown);
const edges = ["src/socket", "src/store", "src/rest", "src/redis", "src/files", "src/contract"];
const measures = (path: string): boolean => ["test", "bench"].some((folder) => isIn(folder, path));
const product = (path: string): boolean => ["src", "consumers"].some((folder) => isIn(folder, path));
const isPackage = (to: string): boolean => !to.startsWith("node:") && (!to.includes("/") || to.startsWith("@"));

describe("a package has one folder that knows it", () => {
  test.each([
    ["mongoose", /^mongoose$/, "src/store"],
    ["socket.io", /^(socket\.io|@socket\.io\/.*)$/, "src/socket"],
    ["redis", /^(ioredis|rate-limiter-flexible)$/, "src/redis"],
    ["express and what belongs to it", /^(express|helmet|cors|pino-http|zod-openapi|swagger-ui-dist)$/, "src/rest"],
    ["the signer of S3", /^aws4fetch$/, "src/files"],
    ["kafkajs and its codecs", /^(kafkajs|kafkajs-.*|lz4js)$/, "consumers"],
  ])("%s", (_what, packages, folder) => {
    expect(imports.some(({ from, to }) => packages.test(to) && isIn(folder, from))).toBe(true);
    const isWrong = ({ from, to }: Import): boolean => packages.test(to) && !isIn(folder, from) && !measures(from);
    expect(violations(isWrong)).toEqual([]);
  });
});

describe("the layers", () => {
  // It knows when something runs and never what, so it may be imported from everywhere.
  test("src/timing imports itself, nothing else", () => {
    expect(violations(({ from, to }) => isIn("src/timing", from) && !isIn("src/timing", to))).toEqual([]);
  });

  test("src/chat imports src/timing, itself and zod, nothing else", () => {
    const isWrong = ({ from, to }: Import): boolean =>
      isIn("src/chat", from) && !isIn("src/chat", to) && !isIn("src/timing", to) && to !== "zod";
    expect(violations(isWrong)).toEqual([]);
  });

  test("src/contract imports src/chat, itself and zod, nothing else", () => {
    const isWrong = ({ from, to }: Import): boolean =>
      isIn("src/contract", from) && !isIn("src/contract", to) && !isIn("src/chat", to) && to !== "zod";
    expect(violations(isWrong)).toEqual([]);
  });

  test("socket, store, rest, redis and files know nothing of one another, but that redis serves socket; all may know the contract", () => {
    const folderOf = (path: string) => edges.find((folder) => isIn(folder, path));
    const mayKnow = (from: string, to: string): boolean =>
      from === to || (to === "src/contract" && from !== "src/store") || (from === "src/socket" && to === "src/redis");
    const isWrong = ({ from, to }: Import): boolean => {
      const [one, other] = [folderOf(from), folderOf(to)];
      return one !== undefined && other !== undefined && !mayKnow(one, other);
    };
    expect(violations(isWrong)).toEqual([]);
  });

  test("only chat-node.ts puts the edges together; metrics.ts names their types", () => {
    const isWrong = ({ from, to, typeOnly }: Import): boolean =>
      (/^src\/[^/]+$/.test(from) || isIn("src/process", from) || isIn("src/config", from)) &&
      edges.some((folder) => isIn(folder, to)) &&
      from !== "src/chat-node.ts" &&
      !(from === "src/process/metrics.ts" && typeOnly);
    expect(violations(isWrong)).toEqual([]);
  });

  test("src knows nothing of the consumers", () => {
    expect(violations(({ from, to }) => isIn("src", from) && isIn("consumers", to))).toEqual([]);
  });

  test("what runs in production knows nothing of the local stack, the tests and the browser client", () => {
    const others = ["local", "test", "bench", "client"];
    expect(violations(({ from, to }) => product(from) && others.some((folder) => isIn(folder, to)))).toEqual([]);
  });
});

test("the client imports itself, socket.io-client and React, and of the contract types alone", () => {
  const packages = new Set(["socket.io-client", "react"]);
  const isWrong = ({ from, to, typeOnly }: Import): boolean =>
    isIn("client/src", from) && !isIn("client/src", to) && !packages.has(to) && !(typeOnly && isIn("src/contract", to));
  expect(violations(isWrong)).toEqual([]);
});

test("what runs in production imports no development dependency: the image has none", () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read("package.json")));
  const isWrong = ({ from, to }: Import): boolean => product(from) && isPackage(to) && !Object.hasOwn(dependencies, to);
  expect(violations(isWrong)).toEqual([]);
});

test("every file that is imported is there, and is named with its extension", () => {
  const isWrong = ({ to }: Import): boolean =>
    /^(src|consumers|client|local|test|bench)\//.test(to) && !sourceFiles.includes(to);
  expect(violations(isWrong).filter((line) => !line.endsWith(".json"))).toEqual([]);
});

test("there are no import cycles, type-only imports included", () => {
  expect(findCycle(imports)).toBeNull();
});

test("there are no barrels and no utils", () => {
  expect(sourceFiles.filter((path) => /^export \*/m.test(read(path)))).toEqual([]);
  expect(sourceFiles.filter((path) => /(^|\/)(utils?|helpers?|index)(\/|\.ts$)/.test(path))).toEqual([]);
});

describe("these rules see", () => {
  test.each<[string, string, Omit<Import, "from">]>([
    ["an import", 'import { a } from "mongoose";', { to: "mongoose", typeOnly: false }],
    [
      "one over several lines",
      'import {\n  a,\n  b,\n} from "../store/b.ts";',
      { to: "src/store/b.ts", typeOnly: false },
    ],
    ["one without a name", 'import "./a.ts";', { to: "src/chat/a.ts", typeOnly: false }],
    ["an export from elsewhere", 'export { a } from "./a.ts";', { to: "src/chat/a.ts", typeOnly: false }],
    ["a barrel", 'export * from "./a.ts";', { to: "src/chat/a.ts", typeOnly: false }],
    [
      "a package of a scope",
      'import a from "@socket.io/redis-adapter/lib";',
      { to: "@socket.io/redis-adapter", typeOnly: false },
    ],
    ["an import when it runs", 'const a = await import("kafkajs");', { to: "kafkajs", typeOnly: false }],
    ["a file that is looked up", 'require.resolve("express/package.json")', { to: "express", typeOnly: false }],
    ["a type", 'import type { A } from "./a.ts";', { to: "src/chat/a.ts", typeOnly: true }],
    ["types by name", 'import { type A, type B } from "./a.ts";', { to: "src/chat/a.ts", typeOnly: true }],
    ["a value beside a type", 'import { a, type B } from "./a.ts";', { to: "src/chat/a.ts", typeOnly: false }],
  ])("%s", (_what, text, expected) => {
    expect(importsIn("src/chat/planted.ts", text)).toEqual([{ from: "src/chat/planted.ts", ...expected }]);
  });

  test("a cycle, and where it goes", () => {
    const edge = (from: string, to: string): Import => ({ from, to, typeOnly: false });
    const straight = [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")];
    expect(findCycle(straight)).toBeNull();
    expect(findCycle([...straight, edge("d", "b")])).toEqual(["b", "d", "b"]);
  });
});
