import { expect, test } from "@jest/globals";
import { shareAnswer } from "../../src/timing/share-answer.ts";
import { until } from "../support/chat-client.ts";

const openQuestions = (keptMs: number) => {
  const asked: ((answer: number) => void)[] = [];
  const ask = shareAnswer(
    keptMs,
    () =>
      new Promise<number>((resolve) => {
        asked.push(resolve);
      }),
  );
  return { asked, ask };
};

test("all who ask while a question is under way share its answer", async () => {
  const { asked, ask } = openQuestions(0);
  const answers = Promise.all([ask(), ask(), ask()]);
  expect(asked).toHaveLength(1);
  asked[0]?.(7);
  expect(await answers).toEqual([7, 7, 7]);
});

test("an answer is kept for its time, and then asked for anew", async () => {
  const { asked, ask } = openQuestions(60_000);
  const first = ask();
  asked[0]?.(1);
  expect([await first, await ask()]).toEqual([1, 1]);
  expect(asked).toHaveLength(1);

  const short = openQuestions(1);
  const answered = short.ask();
  short.asked[0]?.(1);
  await answered;
  await until(() => {
    void short.ask();
    return short.asked.length === 2;
  });
});

test("a failure is shared and does not stay", async () => {
  let asked = 0;
  const ask = shareAnswer(0, async () => {
    asked += 1;
    throw new Error(`failure ${asked}`);
  });
  const both = await Promise.allSettled([ask(), ask()]);
  expect(both.map((one) => one.status === "rejected" && String(one.reason))).toEqual(Array(2).fill("Error: failure 1"));
  await until(async () => (await ask().catch(String)) === "Error: failure 2");
});
