import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { FairTurns, type Turn, type TurnLimits, type Wish } from "../src/caller/fair-turns.ts";

const open = (overrides: Partial<TurnLimits> = {}) => {
  const turns = new FairTurns({
    each: { running: 2, waiting: 3, bytes: 100 },
    all: { running: 3, waiting: 5, bytes: 150 },
    longestWaitMs: 60_000,
    ...overrides,
  });
  const given: string[] = [];
  const held: Record<string, Turn> = {};
  const refused: Record<string, string> = {};
  /** Asks for a turn for "a1": the first of key a. */
  const ask = (name: string, wish: Partial<Wish> = {}): void => {
    const take = async (): Promise<void> => {
      held[name] = await turns.take({ key: name.slice(0, 1), ...wish });
      given.push(name);
    };
    take().catch((error: { code: string }) => (refused[name] = error.code));
  };
  const end = (name: string, bytes: number | null = 0): void => held[name]?.settle(bytes);
  const free = (name: string): void => held[name]?.free();
  return { turns, given, refused, ask, end, free };
};
const turnOfTheLoop = (): Promise<void> => pause(1);

test("a key with many tasks holds up its own, and keys that wait are served one after the other", async () => {
  const { ask, end, given, turns } = open();
  for (const name of ["a1", "a2", "a3", "b1", "b2", "c1", "a4"]) ask(name);
  await turnOfTheLoop();
  expect(given).toEqual(["a1", "a2", "b1"]);
  for (const name of ["a1", "a2", "b1"]) end(name);
  await turnOfTheLoop();
  expect(given.slice(3)).toEqual(["a3", "b2", "c1"]);
  for (const name of ["a3", "b2", "c1"]) end(name);
  await turnOfTheLoop();
  expect(given.slice(6)).toEqual(["a4"]);
  end("a4");
  expect(turns.load).toEqual({ running: 0, waiting: 0, bytes: 0 });
});

test("past what may wait the key's own are rate limited, and everybody's unavailable", async () => {
  const { ask, refused } = open();
  for (let count = 1; count <= 6; count += 1) ask(`a${count}`);
  for (let count = 1; count <= 3; count += 1) ask(`b${count}`);
  for (let count = 1; count <= 2; count += 1) ask(`c${count}`);
  await turnOfTheLoop();
  expect(refused).toEqual({ a6: "rate_limited", c1: "unavailable", c2: "unavailable" });
});

test("bytes count from the beginning until they are given back, and what is too large for all goes alone", async () => {
  const { ask, end, free, given } = open();
  ask("a1", { bytes: 80 });
  ask("a2", { bytes: 80 });
  ask("b1", { bytes: 80 });
  await turnOfTheLoop();
  expect(given).toEqual(["a1"]);
  end("a1", 50);
  await turnOfTheLoop();
  expect(given).toEqual(["a1", "b1"]);
  end("b1", 10);
  free("a1");
  await turnOfTheLoop();
  expect(given).toEqual(["a1", "b1", "a2"]);
  end("a2", 0);
  free("a2");
  free("b1");
  ask("c1", { bytes: 1_000 });
  await turnOfTheLoop();
  expect(given.at(-1)).toBe("c1");
});

test("what was large keeps its place for as long as its bytes take, and others go on", async () => {
  const { ask, end, free, given } = open({ bytesPerS: 1 });
  for (const name of ["a1", "a2", "b1"]) ask(name);
  await turnOfTheLoop();
  // A hundred seconds.
  end("a1", 100);
  free("a1");
  end("b1");
  for (const name of ["a3", "b2"]) ask(name);
  await turnOfTheLoop();
  expect(given).toEqual(["a1", "a2", "b1", "b2"]);
});

test("what nobody needs any more is passed over", async () => {
  const { ask, end, given, refused } = open();
  let isGone = false;
  for (const name of ["a1", "a2", "a3", "a4"]) ask(name, { isGone: () => isGone && name === "a3" });
  await turnOfTheLoop();
  isGone = true;
  end("a1");
  await turnOfTheLoop();
  expect(given).toEqual(["a1", "a2", "a4"]);
  expect(refused).toEqual({ a3: "unavailable" });
});

const until = async (met: () => boolean): Promise<void> => {
  for (const limit = Date.now() + 60_000; !met() && Date.now() < limit; ) await pause(20);
};

test("whoever waits too long hears `unavailable` while nothing ends, as with the database away", async () => {
  const { ask, refused, turns } = open({ longestWaitMs: 1 });
  for (const name of ["a1", "a2", "a3", "b1", "c1"]) ask(name);
  await until(() => Object.keys(refused).length === 2);
  expect(refused).toEqual({ a3: "unavailable", c1: "unavailable" });
  expect(turns.load).toMatchObject({ running: 3, waiting: 0 });
});

test("whoever waits too long behind tasks that failed hears `unavailable`", async () => {
  const { ask, end, refused } = open({ longestWaitMs: 1 });
  for (const name of ["a1", "a2", "a3", "a4"]) ask(name);
  await turnOfTheLoop();
  end("a1", null);
  await until(() => refused["a4"] !== undefined);
  expect(refused).toEqual({ a4: "unavailable" });
});

test("whoever waits too long behind the key's own tasks that go well hears `rate_limited`", async () => {
  const { ask, end, refused } = open({ longestWaitMs: 1 });
  for (const name of ["a1", "a2", "a3", "a4"]) ask(name);
  await turnOfTheLoop();
  end("a1");
  await until(() => refused["a4"] !== undefined);
  expect(refused).toEqual({ a4: "rate_limited" });
});

test("whoever waits too long for a client that does not take what it was given hears `rate_limited`", async () => {
  const { ask, end, refused } = open({ longestWaitMs: 3_000 });
  ask("a1", { bytes: 90 });
  await turnOfTheLoop();
  end("a1", 90);
  ask("a2", { bytes: 90 });
  await until(() => refused["a2"] !== undefined);
  expect(refused).toEqual({ a2: "rate_limited" });
});

test("with no room left the client that has not taken its answer for the longest time is let go", async () => {
  const { ask, end, free, given } = open();
  const ended: string[] = [];
  for (const name of ["a1", "b1"]) {
    ask(name, {
      bytes: 70,
      end: () => {
        ended.push(name);
        free(name);
      },
    });
    await turnOfTheLoop();
    end(name, 70);
  }
  ask("c1", { bytes: 70 });
  for (const limit = Date.now() + 60_000; !given.includes("c1") && Date.now() < limit; ) await pause(20);
  expect(ended).toEqual(["a1"]);
});
