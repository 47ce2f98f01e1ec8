import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { plants } from "./planted.ts";

// That each plant is caught takes a whole run: npm run torture -- --plant NAME. Here: that each still fits the product.
const folder = fileURLToPath(new URL("plants/", import.meta.url));
const product = ["src/chat/acts/create-acts.ts", "src/store/chat-log.ts"].map(
  (path) => new URL(`../../${path}`, import.meta.url),
);

test("there is a plant for each name", () => {
  const files = readdirSync(folder).filter((file) => file !== "replace-module.ts");
  expect(files.toSorted()).toEqual(
    Object.keys(plants)
      .map((name) => `${name}.ts`)
      .toSorted(),
  );
});

test.each(Object.keys(plants))("%s: the product loads with the planted bug and contains it", (name) => {
  const load = product.map(({ href }) => `await import(${JSON.stringify(href)});`).join("\n");
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ["--import", new URL(`plants/${name}.ts`, import.meta.url).href, "--input-type=module", "--eval", load];
  const { status, stderr } = spawnSync(process.execPath, args, {
    env: { ...env, TORTURE_TELL_PLANTED: "yes" },
    encoding: "utf8",
  });
  expect({ status, planted: new Set(stderr.match(/(?<=^planted: )\S+/gm)) }).toEqual({
    status: 0,
    planted: fitsTo(name),
  });
});

/** The files that a plant says it changes. */
const fitsTo = (name: string): Set<string> => {
  const text = readFileSync(new URL(`plants/${name}.ts`, import.meta.url), "utf8");
  return new Set(text.match(/(?<=^replace\w+\(\s*")[^"]+/gm));
};
