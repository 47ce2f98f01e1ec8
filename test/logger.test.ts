import { describe, expect, test } from "@jest/globals";
import { createLogger } from "../src/process/logger.ts";

const logged = (fields: object): string => {
  let line = "";
  const destination = { write: (text: string) => void (line = text) };
  createLogger({ level: "info", process: "test", destination }).info(fields, "something happened");
  return line;
};

describe("an error in the log", () => {
  test("says what it is, where, and why", () => {
    const err = new TypeError("it broke", { cause: new Error("since this did") });
    expect(JSON.parse(logged({ err })).err).toEqual({
      type: "TypeError",
      message: "it broke",
      stack: expect.stringContaining("logger.test.ts"),
      cause: expect.objectContaining({ type: "Error", message: "since this did" }),
    });
  });

  test("leaves behind what a library hung on it: a bulk write's error carries the documents", () => {
    const inner = Object.assign(new Error("E11000"), { writeErrors: [{ err: { op: { content: "text-secret" } } }] });
    expect(logged({ err: new Error("unavailable", { cause: inner }) })).not.toContain("text-secret");
    expect(logged({ err: inner })).not.toContain("text-secret");
  });

  test("that causes itself, or is none, does no harm", () => {
    const err = new Error("round and round");
    err.cause = err;
    expect(logged({ err })).toContain("round and round");
    expect(logged({ err: "a text with a secret" })).toContain("not an error");
  });
});
