import { expect, test } from "@jest/globals";
import { gather } from "../../src/timing/gather.ts";

const open = (limits: { mostAtOnce: number; mostUnderWay: number }) => {
  const runs: { items: string[]; end: () => void; fail: (error: Error) => void }[] = [];
  const ask = gather<string, string>({
    ...limits,
    keyOf: (item) => item.charAt(0),
    run: (items) =>
      new Promise((resolve, reject) => {
        runs.push({ items, end: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
      }),
  });
  return { ask, runs, batches: (): string[][] => runs.map(({ items }) => items) };
};
const turnOfTheLoop = (): Promise<unknown> => new Promise(setImmediate);

test("calls of one turn go out together, and each gets its own result", async () => {
  const { ask, runs, batches } = open({ mostAtOnce: 10, mostUnderWay: 1 });
  const answers = ["a", "b", "c"].map(ask);
  expect(runs).toEqual([]);
  await turnOfTheLoop();
  expect(batches()).toEqual([["a", "b", "c"]]);
  runs[0]?.end();
  expect(await Promise.all(answers)).toEqual(["A", "B", "C"]);
});

test("calls that come while a batch is under way go out together when it ends", async () => {
  const { ask, runs, batches } = open({ mostAtOnce: 10, mostUnderWay: 1 });
  void ask("a");
  await turnOfTheLoop();
  void ask("b");
  await turnOfTheLoop();
  void ask("c");
  await turnOfTheLoop();
  expect(batches()).toEqual([["a"]]);
  runs[0]?.end();
  await turnOfTheLoop();
  expect(batches()).toEqual([["a"], ["b", "c"]]);
});

test("a batch has at most so many items, at most so many batches are under way, and no batch has a key twice", async () => {
  const { ask, runs, batches } = open({ mostAtOnce: 2, mostUnderWay: 2 });
  for (const item of ["a1", "a2", "b", "c", "d"]) void ask(item);
  await turnOfTheLoop();
  expect(batches()).toEqual([
    ["a1", "b"],
    ["a2", "c"],
  ]);
  runs[1]?.end();
  await turnOfTheLoop();
  expect(batches().slice(2)).toEqual([["d"]]);
});

test("a failure is that of every call in its batch, and of no other", async () => {
  const { ask, runs } = open({ mostAtOnce: 2, mostUnderWay: 2 });
  const answers = Promise.allSettled(["a", "b", "c"].map(ask));
  await turnOfTheLoop();
  const error = new Error("away");
  runs[0]?.fail(error);
  runs[1]?.end();
  expect(await answers).toEqual([
    { status: "rejected", reason: error },
    { status: "rejected", reason: error },
    { status: "fulfilled", value: "C" },
  ]);
});
