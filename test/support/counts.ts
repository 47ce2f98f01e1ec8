import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/** How many tests passed and failed; a test file that did not run at all counts as one failed. */
export interface Counts {
  passed: number;
  failed: number;
}

const jestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
});

export function jestCounts(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = jestReport.parse(report);
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

export function playwrightCounts(report: unknown): Counts {
  const { stats, errors } = playwrightReport.parse(report);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

/**
 * The counts of one runner that ended with this exit code. A runner that failed without a failed test, or without a
 * report, counts as one failed: what it did not run cannot have passed.
 */
export function countsOf(reportFile: string, exitCode: number | null, read: (report: unknown) => Counts): Counts {
  const nothing = { passed: 0, failed: 0 };
  const counts = existsSync(reportFile) ? read(JSON.parse(readFileSync(reportFile, "utf8"))) : nothing;
  const unexplained = counts.failed === 0 && (exitCode !== 0 || counts === nothing);
  return unexplained ? { ...counts, failed: 1 } : counts;
}

export function add(all: Counts[]): Counts {
  return all.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}
