import { describe, expect, test } from "@jest/globals";
import { handleRecords, type Work } from "../../consumers/source/handle-records.ts";
import { aRecord } from "../support/records.ts";

/** Records named as in handle-records.ts: they are ordered by the letter. */
const batch = (names: string[], run: (name: string) => Promise<void>, options: { isOver?: () => boolean } = {}) =>
  handleRecords({
    records: names.map((name) => aRecord({ value: name })),
    plan: (record): Work => {
      const name = record.value?.toString() ?? "";
      return { orderedBy: name.slice(0, 1), run: () => run(name) };
    },
    mostAtOnce: 3,
    recordLimitMs: 200,
    isOver: () => false,
    ...options,
  });

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe("a batch", () => {
  test("is done as far as its first record that is not", async () => {
    const done: string[] = [];
    const end = await batch(["A1", "B2", "A3", "B4"], async (name) => {
      if (name === "B2") throw new Error("not now");
      await soon();
      done.push(name);
    });
    expect(end.done).toBe(1);
    expect(end.again?.error).toEqual(new Error("not now"));
    expect(done).toContain("A1");
    expect(done).not.toContain("B4");
  });

  test("keeps the order of one letter and mixes the letters", async () => {
    const begun: string[] = [];
    const end = await batch(["A1", "A2", "B3", "A4", "B5"], async (name) => {
      begun.push(name);
      await soon();
    });
    expect(end).toEqual({ done: 5, again: null });
    expect(begun.filter((name) => name.startsWith("A"))).toEqual(["A1", "A2", "A4"]);
    expect(begun.indexOf("B3")).toBeLessThan(begun.indexOf("A2"));
  });

  test("has no more records under way than it may", async () => {
    let underWay = 0;
    let most = 0;
    await batch(
      Array.from({ length: 20 }, (_, index) => String.fromCharCode(65 + index)),
      async () => {
        most = Math.max(most, (underWay += 1));
        await soon();
        underWay -= 1;
      },
    );
    expect(most).toBe(3);
  });

  test("starts nothing more when it is over, and says how far it came", async () => {
    const done: string[] = [];
    const end = await batch(
      ["A1", "A2", "A3", "A4"],
      async (name) => {
        await soon();
        done.push(name);
      },
      { isOver: () => done.length === 2 },
    );
    expect(end).toEqual({ done: 2, again: null });
    expect(done).toEqual(["A1", "A2"]);
  });

  test("does not wait for ever for a record that hangs", async () => {
    const end = await batch(["A1"], () => new Promise(() => undefined));
    expect(end.done).toBe(0);
    expect(String(end.again?.error)).toMatch("200 ms");
  });

  test("takes a throw before the first await as any other", async () => {
    const end = await batch(["A1"], () => {
      throw new TypeError("at once");
    });
    expect(end).toEqual({ done: 0, again: { error: new TypeError("at once") } });
  });
});
