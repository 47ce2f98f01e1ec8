import { expect, test } from "@jest/globals";
import { createByteBudget } from "../src/caller/byte-budget.ts";

const open = () => {
  let at = 0;
  const budget = createByteBudget({ perS: 100, burst: 400, now: () => new Date(at) });
  const refusal = (key: string): unknown => {
    try {
      budget.reserve(key, 0).settle(0);
      return null;
    } catch (error) {
      return error;
    }
  };
  return { ...budget, refusal, goTo: (ms: number) => (at = ms) };
};

test("what was spent flows back, for each key by itself", () => {
  const { reserve, refusal, goTo } = open();
  reserve("mara", 400).settle(400);
  reserve("mara", 150).settle(150);
  expect(refusal("mara")).toMatchObject({ code: "rate_limited", retryAfterMs: 1_500 });
  expect(refusal("jonas")).toBeNull();
  goTo(1_400);
  expect(refusal("mara")).toMatchObject({ retryAfterMs: 100 });
  goTo(1_500);
  expect(refusal("mara")).toBeNull();
  // Who has not spent for long has no more than a burst.
  goTo(100_000);
  reserve("mara", 401).settle(401);
  expect(refusal("mara")).toMatchObject({ retryAfterMs: 10 });
});

test("what comes together counts with the most that it can cost, until its cost is known", () => {
  const { reserve, refusal } = open();
  const together = [reserve("mara", 300), reserve("mara", 300)];
  expect(refusal("mara")).toMatchObject({ code: "rate_limited", retryAfterMs: 2_000 });
  for (const { settle } of together) settle(10);
  expect(refusal("mara")).toBeNull();
  reserve("mara", 300).settle(300);
  expect(refusal("mara")).toBeNull();
});
