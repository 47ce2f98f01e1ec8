import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { openTestKafka } from "../../support/kafka.ts";
import { dlqEnv } from "../../support/run-dlq.ts";
import { putLetter } from "./letters.ts";

const script = fileURLToPath(new URL("../../../consumers/dlq/main.ts", import.meta.url));

/** The tool as a person calls it in a pipe. Where nobody reads, the pipe's other end is closed from the beginning. */
const call = async (args: string[], env: NodeJS.ProcessEnv, { reads = true } = {}) => {
  const child = spawn(process.execPath, [script, ...args], { env: { PATH: process.env["PATH"], ...env } });
  const output = { out: "", err: "" };
  if (!reads) child.stdout.destroy();
  child.stdout.on("data", (chunk: Buffer) => void (output.out += chunk));
  child.stderr.on("data", (chunk: Buffer) => void (output.err += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, ...output };
};

test("needs nothing but Kafka's settings, and prints nothing but its answer", async () => {
  await using kafka = await openTestKafka();
  await putLetter(kafka, "not_json");
  const { code, out, err } = await call(["redrive"], dlqEnv(kafka));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe(`sending 1 record to ${kafka.topics.approved}\n1 dead letter redriven, 0 of those meant stay.\n`);
});

test("ends quietly where nobody reads its answer any more, and has done its work", async () => {
  await using kafka = await openTestKafka();
  for (const key of ["a", "b", "c"]) await putLetter(kafka, "not_json", { key });
  const nobody = { reads: false };
  expect(await call(["list"], dlqEnv(kafka), nobody)).toEqual({ code: 0, out: "", err: "" });
  expect(await call(["redrive"], dlqEnv(kafka), nobody)).toEqual({ code: 0, out: "", err: "" });
  expect(await call(["list"], dlqEnv(kafka))).toMatchObject({ out: expect.stringContaining("3 are redriven") });
});

test("says what is wrong in one line, and with its code", async () => {
  await using kafka = await openTestKafka();
  const env = dlqEnv(kafka);
  expect(await call(["redriev"], env)).toMatchObject({ code: 2, out: "", err: expect.stringMatching("no command") });
  expect(await call(["list"], { NODE_ENV: "production" })).toEqual({
    code: 2,
    out: "",
    err: "Settings are missing or wrong:\n  KAFKA_BROKERS: missing, expected host:port, or several separated by commas\n",
  });
  expect(await call(["list"], { ...env, BOOKING_DLQ_TOPIC: "no.such.topic" })).toEqual({
    code: 1,
    out: "",
    err: "there is no topic no.such.topic (BOOKING_DLQ_TOPIC)\n",
  });
  expect(await call(["redrive"], { ...env, BOOKING_TOPICS: kafka.topics.dlq })).toEqual({
    code: 2,
    out: "",
    err: "Settings are missing or wrong:\n  BOOKING_DLQ_TOPIC: expected none of BOOKING_TOPICS\n",
  });
  expect(await call(["list"], { ...env, KAFKA_BROKERS: "127.0.0.1:1" })).toEqual({
    code: 1,
    out: "",
    err: "Kafka does not answer at 127.0.0.1:1 (KAFKA_BROKERS)\n",
  });
  expect(await call(["purge", "--all"], env)).toMatchObject({ code: 0 });
});

test("tells its commands", async () => {
  const { code, out } = await call(["--help"], {});
  expect(code).toBe(0);
  for (const word of ["list", "show ID", "redrive", "purge", "--dry-run", "--where"]) expect(out).toMatch(word);
});
