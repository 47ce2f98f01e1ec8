import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { errorTable } from "../../src/chat/errors.ts";
import { settingNames } from "../../src/config/config.ts";
import { isIn, read, root, sourceFiles } from "./sources.ts";

const operations = read("docs/operations.md");
const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter(Boolean);

const product = sourceFiles.filter((path) => isIn("src", path) || isIn("consumers", path));
const metricNames = [
  ...new Set(
    product.flatMap(
      (path) => read(path).match(/"chat_(?:[a-z_]+_)?(?:total|seconds|records|connections|waiting)"/g) ?? [],
    ),
  ),
];

/** A heading as GitHub names its place: lower case, blanks as hyphens, most signs gone. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchorsIn = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

const leadsSomewhere = (document: string, link: string): boolean => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? document : join(dirname(document), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsIn(read(target)).includes(anchor);
};

test("docs/operations.md tells every setting", () => {
  expect(settingNames.filter((name) => !operations.includes(`\`${name}\``))).toEqual([]);
});

test("docs/operations.md tells every metric", () => {
  expect(metricNames.length).toBeGreaterThan(8);
  expect(metricNames.filter((name) => !operations.includes(name.replaceAll('"', "`").slice(0, -1)))).toEqual([]);
});

test("docs/operations.md tells of every limit that can be set what is past it", () => {
  const [, section = ""] = /\n## Limits\n(.*?)\n## /s.exec(operations) ?? [];
  const described = new Set([...section.matchAll(/^\| `(LIMIT_\w+)` \|/gm)].map(([, name]) => name));
  const limits = settingNames.filter((name) => name.startsWith("LIMIT_"));
  expect(limits.filter((name) => !described.has(name))).toEqual([]);
});

test("each attack in docs/threat-model.md has a test that shows what stops it", () => {
  const rows = read("docs/threat-model.md")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !/`test\/[\w/-]+\.test\.ts` \|$/.test(row))).toEqual([]);
});

test("docs/frontend.md tells every error that a frontend can get", () => {
  const others = new Set(["not_found", "method_not_allowed", "unsupported_media_type", "booking_conflict"]);
  const codes = Object.keys(errorTable).filter((code) => !others.has(code));
  const frontend = read("docs/frontend.md");
  expect(codes.filter((code) => !frontend.includes(`\`${code}\``))).toEqual([]);
});

test.each(documents)("every link in %s leads somewhere", (document) => {
  const links = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const inside = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(inside.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
});

test.each(documents)("every file that %s names is there", (document) => {
  const named =
    read(document).match(/(?<=[`\s(])(?:src|consumers|local|test|k8s|docs)\/[\w./-]+\.(?:ts|md|yml|yaml|env)\b/g) ?? [];
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
