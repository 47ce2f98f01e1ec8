import { setTimeout as wait } from "node:timers/promises";
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
  const { text, isDone } = await callDlq(kafka, "redrive", { env: { BOOKING_TOPICS: `${approved},${approved}.gone` } });
  expect(isDone).toBe(false);
  expect(text).toMatch("0/0 stays: it does not say which topic it came from");
  expect(text).toMatch(`0/1 stays: there is no topic ${approved}.gone`);
  expect(text).toMatch(`0/3 stays: it was cut: the whole record is ${approved} 1/42`);
  expect(text).toMatch("1 dead letter redriven, 3 of those meant stay.");
  expect(await countIn(kafka, approved)).toBe(1);
});

test("goes to the booking topics and no others, whatever a letter names", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved, dlq, events } = kafka.topics;
  for (const topic of [events, dlq, "\u001b[31mred", approved]) await putLetter(kafka, "not_json", { topic });
  const { text, isDone } = await callDlq(kafka, "redrive");
  expect(isDone).toBe(false);
  expect(text.split("\n")).toEqual([
    `0/0 stays: it names ${events}, which is none of BOOKING_TOPICS`,
    `0/1 stays: it names ${dlq}, which is none of BOOKING_TOPICS`,
    "0/2 stays: it names \\u001b[31mred, which is none of BOOKING_TOPICS",
    `sending 1 record to ${approved}`,
    "1 dead letter redriven, 3 of those meant stay.",
  ]);
  expect(await countIn(kafka, events)).toBe(0);
  // The four letters, and the mark of the one that was sent.
  expect(await countIn(kafka, dlq)).toBe(5);
});

test("says so where nothing is open, and where nothing that is open matches", async () => {
  await using kafka = await openTestKafka();
  expect(await callDlq(kafka, "redrive")).toEqual({ isDone: true, text: "0 dead letters redriven: none is open." });
  await putLetter(kafka, "not_json");
  await putLetter(kafka, "not_utf8");
  const text = "0 dead letters redriven: 0 of 2 open dead letters match.";
  expect(await callDlq(kafka, "redrive --where reason=wrong_shape")).toEqual({ isDone: true, text });
  expect((await callDlq(kafka, "redrive --before 2020-01-01 --dry-run")).text).toMatch(
    "0 dead letters would be redriven",
  );
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

// The second one comes while the first joins, reads, sends or leaves.
test.each([0, 100, 200, 300, 400, 500, 600])("two calls %i ms apart send each letter once", async (apartMs) => {
  await using kafka = await openTestKafka();
  const { approved } = kafka.topics;
  const values = Array.from({ length: 6 }, (_, index) => String(index));
  for (const value of values) await putLetter(kafka, "not_json", { key: value, value });
  const first = callDlq(kafka, "redrive");
  await wait(apartMs);
  const ends = await Promise.allSettled([first, callDlq(kafka, "redrive")]);
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
  expect(failures.filter((failure) => !failure.includes("somebody else redrives or purges now"))).toEqual([]);
  expect(failures.length).toBeLessThan(2);
  expect(valuesOf(await kafka.read(approved, values.length))).toEqual(values);
  expect(await countIn(kafka, approved)).toBe(values.length);
  expect((await callDlq(kafka, "list")).text).toMatch("0 dead letters are open; 6 are redriven");
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
