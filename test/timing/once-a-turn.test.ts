import { expect, test } from "@jest/globals";
import { onceATurn } from "../../src/timing/once-a-turn.ts";

const turnOfTheLoop = (): Promise<unknown> => new Promise(setImmediate);

test("all calls of one turn are one run, and those of the next turn another one", async () => {
  let runs = 0;
  const later = onceATurn(() => void (runs += 1));
  for (const call of [later, later, later]) call();
  expect(runs).toBe(0);
  await turnOfTheLoop();
  expect(runs).toBe(1);
  later();
  await turnOfTheLoop();
  expect(runs).toBe(2);
});

test("a call that comes while it runs is for the next run", async () => {
  const runs: string[] = [];
  const later = onceATurn(() => {
    runs.push("run");
    if (runs.length === 1) later();
  });
  later();
  await turnOfTheLoop();
  await turnOfTheLoop();
  expect(runs).toEqual(["run", "run"]);
});

test("the caller chooses when the turn is over", async () => {
  const order: string[] = [];
  onceATurn(() => void order.push("immediate"))();
  onceATurn(() => void order.push("microtask"), queueMicrotask)();
  order.push("now");
  await turnOfTheLoop();
  expect(order).toEqual(["now", "microtask", "immediate"]);
});
