import { describe, expect, test } from "@jest/globals";
import { createRandom } from "./random.ts";
import { allFaultKinds, type Fault, isLate, isRestless, planActions, planBookings, planSchedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";

const options = { seed: 7, seconds: 300 };

describe("a schedule", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(planSchedule(options)).toEqual(planSchedule(options));
    expect(planSchedule({ ...options, seed: 8 }).faults).not.toEqual(planSchedule(options).faults);
    const schedule = planSchedule(options);
    expect(planActions(schedule)).toEqual(planActions(schedule));
    expect(planBookings(schedule)).toEqual(planBookings(schedule));
  });

  test("can be written to a file and read again", () => {
    const schedule = planSchedule(options);
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });

  test("has every kind of fault, sooner or later, and ends each in time", () => {
    const all = [1, 2, 3, 4, 5].flatMap((seed) => planSchedule({ ...options, seed }).faults);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(allFaultKinds));
    expect(all.every(({ atMs, forMs }) => atMs >= 3_000 && atMs + forMs < 300_000)).toBe(true);
  });

  test("has only the requested kinds", () => {
    const { faults } = planSchedule({ ...options, kinds: ["redis-kill"] });
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(["redis-kill"]));
    // The next one strikes when Redis stands again.
    expect(
      faults.every(({ atMs }, index) => atMs > (faults[index - 1]?.atMs ?? 0) + (faults[index - 1]?.forMs ?? 0)),
    ).toBe(true);
  });

  test("publishes booking events of restless chats, some repeated and some late", () => {
    const tellings = planBookings(planSchedule(options));
    expect(tellings.every(({ booking }) => isRestless(booking) || isLate(booking))).toBe(true);
    expect(tellings.some(({ booking }) => isLate(booking))).toBe(true);
    expect(tellings.some(({ copies }) => copies.length > 1)).toBe(true);
    expect(tellings.some(({ ageMs }, index) => ageMs > (tellings[index - 1]?.ageMs ?? Infinity))).toBe(true);
  });
});

test("random choices are uniform", () => {
  const random = createRandom(1);
  const rolls = Array.from({ length: 10_000 }, () => random.between(1, 4));
  for (const side of [1, 2, 3, 4]) expect(rolls.filter((roll) => roll === side).length / 10_000).toBeCloseTo(0.25, 1);
});

describe("shrinking", () => {
  const schedule = planSchedule(options);
  const guilty = schedule.faults.slice(4, 6);
  const has = (faults: Fault[], wanted: Fault[]): boolean => wanted.every((fault) => faults.includes(fault));

  test("finds the one fault, or the two, without which nothing fails", async () => {
    for (const wanted of [guilty.slice(0, 1), guilty]) {
      const { faults, seconds } = await shrink(schedule, async (shorter) => has(shorter.faults, wanted), 1_000);
      expect(faults).toEqual(wanted);
      expect(seconds).toBeLessThan(schedule.seconds);
    }
  });

  test("finds that no fault is needed", async () => {
    const { faults } = await shrink(schedule, async () => true, 1_000);
    expect(faults).toEqual([]);
  });

  test("ends in time, with the best schedule so far", async () => {
    let clock = 0;
    const fails = async (shorter: typeof schedule): Promise<boolean> => {
      clock += 10;
      return has(shorter.faults, guilty);
    };
    const { faults } = await shrink(schedule, fails, 30, () => clock);
    expect(clock).toBeLessThanOrEqual(40);
    expect(has(faults, guilty)).toBe(true);
    expect((await shrink(schedule, fails, 0, () => clock)).faults).toEqual(schedule.faults);
  });
});
