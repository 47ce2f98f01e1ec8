import { expect, test } from "@jest/globals";
import { shareRuns } from "../../src/timing/share-runs.ts";

const open = () => {
  const runs: { item: number; end: (result: string) => void; fail: (error: Error) => void }[] = [];
  const share = shareRuns<number, string>({
    merge: Math.max,
    run: (item) => new Promise((end, fail) => void runs.push({ item, end, fail })),
  });
  const items = (): number[] => runs.map(({ item }) => item);
  return { runs, share, items };
};
const turnOfTheLoop = (): Promise<unknown> => new Promise(setImmediate);

test("calls that come while a run is under way share the one after it", async () => {
  const { runs, share, items } = open();
  const answers = [3, 5, 9, 7].map((item) => share("a", item));
  expect(items()).toEqual([3]);
  runs[0]?.end("three");
  await turnOfTheLoop();
  expect(items()).toEqual([3, 9]);
  runs[1]?.end("nine");
  expect(await Promise.all(answers)).toEqual(["three", "nine", "nine", "nine"]);
  const later = share("a", 1);
  expect(items()).toEqual([3, 9, 1]);
  runs[2]?.end("one");
  expect(await later).toBe("one");
});

test("keys do not wait for each other, and a failure is that of its own run", async () => {
  const { runs, share, items } = open();
  const [failed, next, other] = [share("a", 1), share("a", 2), share("b", 3)];
  expect(items()).toEqual([1, 3]);
  runs[0]?.fail(new Error("away"));
  runs[1]?.end("b");
  await expect(failed).rejects.toThrow("away");
  expect(await other).toBe("b");
  await turnOfTheLoop();
  runs[2]?.end("a");
  expect(await next).toBe("a");
});
