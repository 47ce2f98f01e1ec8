import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { cached, cacheFolder } from "../../local/services/binary/download-cache.ts";

let env: Record<string, string>;

beforeEach(() => {
  env = { XDG_CACHE_HOME: mkdtempSync(join(tmpdir(), "lyvo-chat-cache-")) };
});

afterEach(() => rmSync(env["XDG_CACHE_HOME"] ?? "", { recursive: true, force: true }));

test("a download is made once, and its progress is told", async () => {
  const lines: string[] = [];
  const first = await get("a", (line) => lines.push(line));
  const second = await get("b", (line) => lines.push(line));
  expect(second).toBe(first);
  expect(readFileSync(join(second, "file"), "utf8")).toBe("a");
  expect(lines).toEqual(["Downloading the thing …", expect.stringMatching(/^Downloaded the thing: 0\.0 MB in \d/)]);
});

test("a download that fails leaves nothing, and the next one is made anew", async () => {
  const failing = cached({
    env,
    name: "thing-1",
    what: "the thing",
    report: () => {},
    fill: () => Promise.reject(new Error("cut off")),
  });
  await expect(failing).rejects.toThrow("cut off");
  expect(readdirSync(cacheFolder(env))).toEqual([]);
  expect(readFileSync(join(await get("a"), "file"), "utf8")).toBe("a");
});

test("of two at once both get the same whole folder", async () => {
  const [first, second] = await Promise.all([get("a"), get("b")]);
  expect(second).toBe(first);
  expect(readdirSync(cacheFolder(env))).toEqual(["thing-1"]);
});

function get(text: string, report: (line: string) => void = () => {}): Promise<string> {
  const fill = (folder: string) => writeFile(join(folder, "file"), text);
  return cached({ env, name: "thing-1", what: "the thing", report, fill });
}
