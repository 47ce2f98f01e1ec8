import { expect, test } from "@jest/globals";
import { headersOf, openTestKafka, type TestKafka } from "../../support/kafka.ts";
import { callDlq } from "../../support/run-dlq.ts";
import { putLetter, valuesOf } from "./letters.ts";

/** The records that a topic holds now. */
const countIn = async (kafka: TestKafka, topic: string): Promise<number> => {
  const admin = kafka.client.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
};

test("sends each letter back as it came: key, value, own headers and time", async () => {
  await using kafka = await openTestKafka();
  const { approved, cancelled } = kafka.topics;
  const writtenAt = new Date("2026-11-01T08:00:00.123Z");
  const headers = { trace: "t-1", many: ["1", "2"], ce_type: "booking.approved" };
  await putLetter(kafka, "not_json", { key: "k", value: Buffer.from([0, 255, 1]), headers, writtenAt });
  await putLetter(kafka, "tombstone", { topic: cancelled, value: null });
  expect(await callDlq(kafka, "redrive")).toMatchObject({ isDone: true });
  const [sent] = await kafka.read(approved, 1);
  expect(sent).toMatchObject({ key: Buffer.from("k"), value: Buffer.from([0, 255, 1]), writtenAt });
  expect(sent && headersOf(sent)).toEqual({ trace: "t-1", many: "1,2", ce_type: "booking.approved" });
  expect(await kafka.read(cancelled, 1)).toMatchObject([{ value: null }]);
});

test("called again sends nothing a second time, and what came since", async () => {
  await using kafka = await openTestKafka();
  const { approved } = kafka.topics;
  for (const value of ["a", "b", "c"]) await putLetter(kafka, "not_json", { key: value, value });
  expect((await callDlq(kafka, "redrive")).text).toMatch("3 dead letters redriven, 0 of those meant stay.");
  expect((await callDlq(kafka, "redrive")).text).toMatch("0 dead letters redriven");
  await putLetter(kafka, "not_json", { key: "d", value: "d" });
  expect((await callDlq(kafka, "redrive")).text).toMatch("1 dead letter redriven");
  expect(valuesOf(await kafka.read(approved, 4))).toEqual(["a", "b", "c", "d"]);
  expect(await countIn(kafka, approved)).toBe(4);
});

test("takes those that are meant, and leaves the others open, whichever stands first", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved } = kafka.topics;
  await putLetter(kafka, "wrong_shape", { value: "first" });
  await putLetter(kafka, "booking_conflict", { value: "second" });
  await putLetter(kafka, "not_utf8", { value: "third" });
  await callDlq(kafka, "redrive --where reason=booking_conflict,not_utf8 --where id=0/1");
  expect(valuesOf(await kafka.read(approved, 1))).toEqual(["second"]);
  await callDlq(kafka, "redrive");
  expect(valuesOf(await kafka.read(approved, 3))).toEqual(["first", "second", "third"]);
  expect(await countIn(kafka, approved)).toBe(3);
});

test("with --dry-run only says what it would send", async () => {
  await using kafka = await openTestKafka();
  await putLetter(kafka, "not_json");
  const { text, isDone } = await callDlq(kafka, "redrive --dry-run");
  expect(isDone).toBe(true);
  expect(text).toBe(`would send 1 record to ${kafka.topics.approved}`);
  expect(await countIn(kafka, kafka.topics.approved)).toBe(0);
  expect((await callDlq(kafka, "list")).text).toMatch("1 dead letter is open");
});

test("what cannot be sent back stays open and says why", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved, dlq } = kafka.topics;
  await kafka.publish({ topic: dlq, key: "k", value: "by hand" });
  await putLetter(kafka, "not_json", { topic: `${approved}.gone` });
  await putLetter(kafka, "too_large", { headers: { "dlq-value-bytes": "ignored: not the consumers'" }, offset: "7" });
  await kafka.publish({
    topic: dlq,
    key: "k",
    value: "cut",
    headers: { "dlq-topic": approved, "dlq-partition": "1", "dlq-offset": "42", "dlq-value-bytes": "2000000" },
  });
  const { text, isDone } = await callDlq(kafka, "redrive");
  expect(isDone).toBe(false);
  expect(text).toMatch("0/0 stays: it does not say which topic it came from");
  expect(text).toMatch(`0/1 stays: there is no topic ${approved}.gone`);
  expect(text).toMatch(`0/3 stays: it was cut: the whole record is ${approved} 1/42`);
  expect(text).toMatch("1 dead letter redriven, 3 of those meant stay.");
  expect(await countIn(kafka, approved)).toBe(1);
});

test("stopped in the middle it ends the letter under way, and the next call does the rest, each once", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved } = kafka.topics;
  for (let index = 0; index < 10; index += 1) await putLetter(kafka, "not_json", { value: String(index) });
  const stop = new AbortController();
  const onProgress = (line: string): void => {
    if (line.startsWith("3 of")) stop.abort(new Error("stopped"));
  };
  await expect(callDlq(kafka, "redrive", { signal: stop.signal, onProgress })).rejects.toThrow("stopped");
  expect(await countIn(kafka, approved)).toBe(3);
  expect((await callDlq(kafka, "redrive")).text).toMatch("7 dead letters redriven");
  expect(valuesOf(await kafka.read(approved, 10))).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
});

test("a second person is told that somebody is at it, and the first one goes on", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await putLetter(kafka, "not_json");
  let told = "";
  const confirm = async (): Promise<boolean> => {
    told = await callDlq(kafka, "redrive").then(
      () => "it went on",
      (error: Error) => error.message,
    );
    return true;
  };
  expect((await callDlq(kafka, "purge --all", { confirm })).text).toMatch("1 dead letter deleted");
  expect(told).toMatch("somebody else redrives or purges now");
  expect(await countIn(kafka, kafka.topics.approved)).toBe(0);
});

test("what fails in the middle is still open, and nothing is marked that was not sent", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await Promise.all(Array.from({ length: 300 }, () => putLetter(kafka, "not_json")));
  let deleted: Promise<void> | undefined;
  const onProgress = (): void => void (deleted ??= kafka.deleteTopic(kafka.topics.approved));
  const printed: string[] = [];
  await expect(callDlq(kafka, "redrive", { onProgress, printed })).rejects.toThrow();
  await deleted;
  const [, sent] = /^(\d+) of 300 redriven; call it again for the rest\.$/.exec(printed.at(-1) ?? "") ?? [];
  expect(Number(sent)).toBeGreaterThan(0);
  const { text } = await callDlq(kafka, "list --limit 1");
  expect(text).toMatch(`${300 - Number(sent)} dead letters are open`);
});
