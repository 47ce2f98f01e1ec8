import { describe, expect, test } from "@jest/globals";
import { functionLengths } from "./function-lengths.ts";
import { bookingEventWay, brokenSteps, folderSizes, longestFunctions, messageWay, type Step } from "./house.ts";

const mostLines = 60;
const mostFilesInAFolder = 14;

test("no function has more than 60 lines, with the closures inside it", () => {
  expect(longestFunctions().filter(({ lines }) => lines > mostLines)).toEqual([]);
});

test("a function is seen whatever its form, and counted with what is inside it", () => {
  const text = `
// Before it.
export function declared() {
  return 1;
}
const arrow = () =>
  2;
class A {
  constructor() {
  }
  method() {
    return () => {
      return 3;
    };
  }
  get got() { return 4; }
}
const of = { method() {
} };
`;
  const lengths = functionLengths(new Map([["src/planted.ts", text]]));
  expect(lengths.map(({ line, lines }) => [line, lines])).toEqual([
    [3, 3],
    [6, 2],
    [9, 2],
    [11, 5],
    [12, 3],
    [16, 1],
    [18, 2],
  ]);
});

test("no folder lists more than 14 files", () => {
  expect(folderSizes().filter(({ files }) => files > mostFilesInAFolder)).toEqual([]);
});

describe.each([
  ["a message, from the packet to its ack", messageWay, 20],
  ["a booking event, from the record to the commit of its offset", bookingEventWay, 24],
])("the way of %s", (_what, way, mostFiles) => {
  test(`opens at most ${mostFiles} files`, () => {
    expect(way.length).toBeLessThanOrEqual(mostFiles);
  });

  test("leads from file to file: each is imported by one before it, or given to it by a composition root", () => {
    expect(brokenSteps(way)).toEqual([]);
  });
});

test("a step that is not there, comes twice or is reached from nowhere is seen", () => {
  const [first, second] = messageWay;
  const way = [first, second, ["src/gone.ts", ""], second, ["src/process/shutdown.ts", ""]] as Step[];
  expect(brokenSteps(way)).toEqual(["src/gone.ts", second?.[0], "src/process/shutdown.ts"]);
});
