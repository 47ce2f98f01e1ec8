/** Jest leaves the TypeScript to Node, which strips the types: that is why nothing is transformed. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  // Those run in a browser: playwright.config.ts.
  testPathIgnorePatterns: ["<rootDir>/test/page/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {},
  maxWorkers: 2,
  testTimeout: 120_000,
  // A worker that a busy machine holds up is no leak. One that never exits fails the run: test/support/runners.ts.
  workerGracefulExitTimeout: 90_000,
};
