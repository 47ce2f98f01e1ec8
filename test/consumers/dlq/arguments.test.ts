import { describe, expect, test } from "@jest/globals";
import { readArguments } from "../../../consumers/dlq/arguments.ts";

const read = (line: string) => readArguments(line.split(" ").filter((part) => part !== ""));
const nothing = { where: [], before: null };

describe("the arguments of npm run dlq", () => {
  test.each<[string, object]>([
    ["list", { command: "list", selection: nothing, all: false, limit: 50, json: false }],
    ["list --all --limit 0 --json", { all: true, limit: 0, json: true }],
    ["show 3/42", { command: "show", id: "3/42", json: false }],
    ["redrive --dry-run", { command: "redrive", selection: nothing, dryRun: true }],
    ["purge --all --yes", { command: "purge", all: true, yes: true, dryRun: false }],
    ["--help", { command: "help" }],
    ["purge -h", { command: "help" }],
  ])("%s", (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test("several conditions, several values, and a time", () => {
    const where = ["--where reason=not_json,not_utf8", "--where key=a=b", "--before 2026-11-22T10:00:00Z"];
    expect(read(`redrive ${where.join(" ")}`)).toMatchObject({
      selection: {
        where: [
          { field: "reason", values: ["not_json", "not_utf8"] },
          { field: "key", values: ["a=b"] },
        ],
        before: new Date("2026-11-22T10:00:00Z"),
      },
    });
  });

  test.each([
    ["", "a command is missing"],
    ["lst", 'there is no command "lst"'],
    ["list 3/42", 'list does not know what to do with "3/42"'],
    ["list --yes", "list knows no --yes"],
    ["list --nonsense", "--nonsense"],
    ["list --limit many", "--limit many: expected a whole number"],
    ["show", "show needs an id"],
    ["show 42", '"42" is no id'],
    ["show 1/2 1/3", 'show does not know what to do with "1/3"'],
    ["redrive --where reason", "--where reason: expected FIELD=VALUE"],
    ["redrive --where color=red", "the fields are id, reason, topic, key"],
    ["redrive --where reason=", "--where reason=: expected"],
    ["redrive --where", "--where"],
    ["purge --before yesterday", "--before yesterday: expected 2026-11-22"],
    ["purge --before 2026-13-40", "--before 2026-13-40: expected"],
    ["purge --all --where reason=not_json", "not both"],
  ])('"%s" is told what is wrong', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});
