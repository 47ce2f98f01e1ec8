import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { add, countsOf, jestCounts, playwrightCounts } from "../support/counts.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lyvo-chat-counts-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a test file that did not run at all counts as failed", () => {
  expect(jestCounts({ numPassedTests: 5, numFailedTests: 1, numRuntimeErrorTestSuites: 2 })).toEqual({
    passed: 5,
    failed: 3,
  });
  const stats = { expected: 4, unexpected: 1, flaky: 0 };
  expect(playwrightCounts({ stats, errors: [{ message: "no such module" }] })).toEqual({ passed: 4, failed: 2 });
});

test("a runner that left no report has failed, whatever its exit code", () => {
  expect(countsOf(join(folder, "none.json"), 0, jestCounts)).toEqual({ passed: 0, failed: 1 });
  expect(countsOf(join(folder, "none.json"), null, jestCounts)).toEqual({ passed: 0, failed: 1 });
});

test("a runner that failed without a failed test has failed", () => {
  expect(countsOf(report(5, 0), 1, jestCounts)).toEqual({ passed: 5, failed: 1 });
  expect(countsOf(report(5, 2), 1, jestCounts)).toEqual({ passed: 5, failed: 2 });
  expect(countsOf(report(5, 0), 0, jestCounts)).toEqual({ passed: 5, failed: 0 });
});

test("the counts of several runners add up", () => {
  expect(
    add([
      { passed: 1, failed: 2 },
      { passed: 3, failed: 4 },
    ]),
  ).toEqual({ passed: 4, failed: 6 });
});

function report(passed: number, failed: number): string {
  const file = join(folder, "jest.json");
  const counts = { numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: 0 };
  writeFileSync(file, JSON.stringify(counts));
  return file;
}
