import { expect, test } from "@jest/globals";
import { z } from "zod";
import { read } from "./sources.ts";

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: versions, devDependencies: versions, overrides: versions })
  .parse(JSON.parse(read("package.json")));
const { dependencies: localDependencies } = z
  .object({ dependencies: versions })
  .parse(JSON.parse(read("local/package.json")));
const lockText = read("package-lock.json");
const { packages } = z
  .object({ packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })) })
  .parse(JSON.parse(lockText));

/** The lowest version that is without a known fault, and the fault. */
const lowest: Record<string, [version: string, fault: string]> = {
  ws: ["8.23.0", "a flood of pings before any token fills the memory"],
  "socket.io-parser": ["4.2.7", "CVE-2026-69185: crafted packets fill the memory"],
  "engine.io": ["6.4.2", "CVE-2023-31125: a crafted request ends the process"],
  jsonwebtoken: ["9.0.0", "CVE-2022-23540: tokens without a signature pass"],
  jws: ["4.0.1", "CVE-2025-65945: HMAC signatures are not checked in some uses"],
  express: ["5.0.0", "a rejected promise in a handler is nobody's"],
  "body-parser": ["2.2.1", "CVE-2025-13466: many URL-encoded parameters stop the process"],
  "path-to-regexp": ["8.0.0", "CVE-2024-45296: some routes backtrack for minutes"],
  qs: ["6.14.2", "CVE-2026-2391: arrays past their limit fill the memory"],
  mongoose: ["8.9.5", "CVE-2025-23061: $where inside populate"],
  send: ["1.1.0", "CVE-2024-43799: scripts in redirects"],
  "serve-static": ["2.1.0", "CVE-2024-43800: scripts in redirects"],
  cookie: ["0.7.0", "CVE-2024-47764: fields of a cookie out of its name"],
};

const numbers = (version: string): number[] => version.split(".").map((part) => Number.parseInt(part, 10));

const isBelow = (version: string, bound: string): boolean => {
  const [one, other] = [numbers(version), numbers(bound)];
  const index = one.findIndex((part, place) => part !== other[place]);
  return index !== -1 && (one[index] ?? 0) < (other[index] ?? 0);
};

const installedVersions = (name: string): string[] =>
  Object.entries(packages).flatMap(([path, { version }]) =>
    path.endsWith(`node_modules/${name}`) && version !== undefined ? [version] : [],
  );

const { dependencies, devDependencies } = manifest;
const asked = Object.entries({ ...dependencies, ...localDependencies, ...devDependencies });

test("every dependency is pinned to one exact version", () => {
  const all = [...asked, ...Object.entries(manifest.overrides)];
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test("the lock file holds what package.json asks for", () => {
  expect(asked.filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version)).toEqual([]);
});

test("a first npm start installs at most 400 packages", () => {
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.length).toBeLessThanOrEqual(400);
});

test.each(Object.entries(lowest))("%s is without its known fault", (name, [bound]) => {
  const installed = installedVersions(name);
  expect(installed).not.toEqual([]);
  expect(installed.filter((version) => isBelow(version, bound))).toEqual([]);
});

test("versions are compared as numbers", () => {
  const cases = [
    ["8.22.9", "8.23.0"],
    ["8.9.0", "8.23.0"],
    ["7.99.99", "8.0.0"],
  ] as const;
  for (const [version, bound] of cases) expect(isBelow(version, bound)).toBe(true);
  for (const [version, bound] of cases) expect(isBelow(bound, version)).toBe(false);
  expect(isBelow("8.23.0", "8.23.0")).toBe(false);
});

test("the lock file names no registry", () => {
  expect(lockText.match(/"resolved": "[a-z+]+:\/\/[^"]*"/)).toBeNull();
});
