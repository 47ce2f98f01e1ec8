import type * as Globals from "@jest/globals";

type JestGlobals = Pick<
  typeof Globals,
  "afterAll" | "afterEach" | "beforeAll" | "beforeEach" | "describe" | "expect" | "jest" | "test"
>;

/** What tests import as `@jest/globals`: those of the test file that runs, also where a module is imported by several. */
export let { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } = {} as JestGlobals;

/** Jest makes new ones for each test file. */
export const useJestGlobals = (globals: JestGlobals): void => {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } = globals);
};
