import { availableParallelism, freemem } from "node:os";

// Most of the tests wait: for an election, a rebalance, a lease. So two share a core, where there is memory for the
// services that some of them bring.
const bytesForEach = 3 * 1024 ** 3;
const maxWorkers = Math.max(2, Math.min(2 * availableParallelism(), Math.floor(freemem() / bytesForEach), 8));

/** Jest leaves the TypeScript to Node, which strips the types: that is why nothing is transformed. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  // Those run in a browser: playwright.config.ts.
  testPathIgnorePatterns: ["<rootDir>/test/page/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {},
  // Loads tests as Node loads any program. Modules are shared by the test files of a worker.
  runtime: "<rootDir>/test/support/native-runtime.ts",
  maxWorkers,
  testSequencer: "<rootDir>/test/support/slowest-first.js",
  // What a test waits for has limits of its own, which a busy machine does not reach. This one ends a test that hangs.
  testTimeout: 1_800_000,
  // A worker that a busy machine holds up is no leak. One that never exits fails the run: test/support/runners.ts.
  workerGracefulExitTimeout: 90_000,
};
