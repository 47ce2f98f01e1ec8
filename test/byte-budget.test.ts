import { expect, test } from "@jest/globals";
import { createByteBudget } from "../src/byte-budget.ts";

test("what was spent flows back, for each key by itself", () => {
  let at = 0;
  const budget = createByteBudget({ perS: 100, burst: 400, now: () => new Date(at) });
  budget.spend("mara", 400);
  budget.require("mara");
  budget.spend("mara", 150);
  const refused = expect.objectContaining({ code: "rate_limited", retryAfterMs: 1_500 });
  expect(() => budget.require("mara")).toThrow(refused);
  budget.require("jonas");
  at = 1_400;
  expect(() => budget.require("mara")).toThrow(expect.objectContaining({ retryAfterMs: 100 }));
  at = 1_500;
  budget.require("mara");
  // Who has not spent for long has no more than a burst.
  at = 100_000;
  budget.spend("mara", 401);
  expect(() => budget.require("mara")).toThrow(expect.objectContaining({ retryAfterMs: 10 }));
});
