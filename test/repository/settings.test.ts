import { parseEnv } from "node:util";
import { expect, test } from "@jest/globals";
import { readConfig, settingNames } from "../../src/config/config.ts";
import { read } from "./sources.ts";

const example = read(".env.example");
// A default stands behind a comment sign: `# PORT=5002`.
const withDefaults = example.replaceAll(/^# ([A-Z0-9_]+=)/gm, "$1");

const manifestFiles = ["k8s/base/settings.env", "k8s/overlays/production/settings.env", "k8s/secrets.example.env"];

const namesIn = (text: string): string[] =>
  [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = ""]) => name);

const problemsOf = (env: NodeJS.ProcessEnv): string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
};

test(".env.example names every setting once, and no other", () => {
  expect(namesIn(example).toSorted()).toEqual(settingNames.toSorted());
});

test(".env.example as it is sets nothing: development runs on its defaults", () => {
  expect(readConfig(parseEnv(example))).toEqual(readConfig({}));
});

test("the defaults that .env.example shows are the real ones", () => {
  expect(Object.keys(parseEnv(withDefaults)).toSorted()).toEqual(settingNames.toSorted());
  expect(readConfig(parseEnv(withDefaults))).toEqual(readConfig({}));
});

test("what .env.example leaves without a default is what production must be given, and all of it", () => {
  const needed = Object.keys(parseEnv(example));
  expect(needed).toHaveLength(7);
  const missing = problemsOf({ NODE_ENV: "production" }).map((problem) => problem.replace(/, expected .+$/, ""));
  expect(missing.toSorted()).toEqual(needed.map((name) => `${name}: missing`).toSorted());
});

test("docker-compose.yml and the manifests use no name that is not a setting", () => {
  const compose = read("docker-compose.yml").split(/^services:/m)[0] ?? "";
  const used = [...compose.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name);
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((name) => !settingNames.includes(name))).toEqual([]);
  expect(manifestFiles.flatMap((path) => namesIn(read(path))).filter((name) => !settingNames.includes(name))).toEqual(
    [],
  );
});

test("the manifests' settings and secrets together are enough to start in production", () => {
  const settings = Object.assign({}, ...manifestFiles.map((path) => parseEnv(read(path))));
  expect(readConfig(settings)).toMatchObject({ nodeEnv: "production", trustedProxies: 1, kafka: { ssl: true } });
});
