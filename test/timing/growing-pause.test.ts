import { expect, test } from "@jest/globals";
import { growingPause } from "../../src/timing/growing-pause.ts";

const pauses = growingPause({ firstMs: 100, longestMs: 1_000 });

test("each failure in a row doubles the pause, up to the longest", () => {
  expect([1, 2, 3, 4, 5, 6].map(pauses)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test("it ends at the longest pause after any number of failures", () => {
  expect([100, 5_000, Infinity].map(pauses)).toEqual([1_000, 1_000, 1_000]);
});
