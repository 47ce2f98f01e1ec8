import { expect, test } from "@jest/globals";
import { openTestKafka } from "../../support/kafka.ts";
import { callDlq } from "../../support/run-dlq.ts";
import { putLetter } from "./letters.ts";

test("lists the open ones as a table, with the reasons counted", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  expect((await callDlq(kafka, "list")).text).toBe("0 dead letters are open; 0 are redriven, 0 are discarded.");
  await putLetter(kafka, "not_json", { key: "k-1", value: "{" });
  await putLetter(kafka, "wrong_shape", { key: "k-2" });
  const { text } = await callDlq(kafka, "list");
  const [heads, first, second, , summary] = text.split("\n");
  expect(heads?.split(/\s+/)).toEqual(["ID", "SINCE", "STATE", "REASON", "TOPIC", "KEY", "BYTES", "DETAIL"]);
  expect(first).toMatch(/^0\/0 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +open +not_json +.* +k-1 +1 +a detail of not_json$/);
  expect(second).toMatch("k-2");
  expect(summary).toBe("2 dead letters are open (not_json 1, wrong_shape 1); 0 are redriven, 0 are discarded.");
  const some = await callDlq(kafka, "list --where key=k-2 --json");
  expect(some.text.split("\n").map((line) => JSON.parse(line).id)).toEqual(["0/1"]);
  expect((await callDlq(kafka, "list --limit 1")).text).toMatch("The newest 1 of 2");
});

test("says how many match of how many that are open", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  for (const reason of ["not_json", "wrong_shape", "not_json"] as const) await putLetter(kafka, reason);
  const textOf = async (args: string): Promise<string> => (await callDlq(kafka, args)).text;
  expect(await textOf("list --where reason=not_utf8")).toBe("0 of 3 open dead letters match.");
  expect(await textOf("list --before 2020-01-01")).toBe("0 of 3 open dead letters match.");
  expect(await textOf("list --where reason=not_json")).toMatch(/\n2 of 3 open dead letters match \(not_json 2\)\.$/);
  await callDlq(kafka, "redrive --where reason=not_json");
  expect(await textOf("list --where reason=not_json")).toBe("0 of 1 open dead letter matches.");
  expect(await textOf("list --all --where reason=not_json")).toMatch("\n2 of 3 dead letters match (not_json 2).");
});

test("shows a letter whole, and harms no terminal with what it holds", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await putLetter(kafka, "wrong_shape", { key: "\u001b[31mred", value: { a: 1 }, headers: { trace: "\u0007t" } });
  await putLetter(kafka, "not_utf8", { value: Buffer.from([0xff]) });
  const { text } = await callDlq(kafka, "show 0/0");
  expect(text).toMatch("dead letter   0/0, put ");
  expect(text).toMatch("header        trace: \\u0007t");
  expect(text).toMatch("key           \\u001b[31mred");
  expect(text).toMatch('{\n  "a": 1\n}');
  expect((await callDlq(kafka, "show 0/1")).text).toMatch("base64:/w==");
  expect(JSON.parse((await callDlq(kafka, "show 0/0 --json")).text)).toMatchObject({ id: "0/0", value: '{"a":1}' });
  await expect(callDlq(kafka, "show 0/2")).rejects.toThrow("there is no dead letter 0/2");
});

test("JSON holds no control character, and is the same JSON", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const key = "\u001b[31m \u009b31m \u007f \u202e \u2066 \u2028";
  await putLetter(kafka, "wrong_shape", { key, value: key, headers: { [key]: key } });
  for (const args of ["list --json", "show 0/0 --json", "list", "show 0/0"]) {
    const { text } = await callDlq(kafka, args);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  }
  const shown = JSON.parse((await callDlq(kafka, "show 0/0 --json")).text);
  expect(shown).toMatchObject({ key, value: key });
  expect(shown.headers).toHaveProperty([key], key);
});

test("purges what is redriven, and nothing that is open", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  for (const value of ["a", "b", "c", "d"]) await putLetter(kafka, "not_json", { key: value, value });
  await callDlq(kafka, "redrive --where key=a,c");
  expect((await callDlq(kafka, "purge --dry-run")).text).toBe(
    [
      "1 dead letter would be deleted (0 open, 1 redriven or discarded).",
      "1 redriven or discarded dead letter must wait for a later purge.",
      "Kafka deletes from a partition's beginning only: what stands behind a letter that stays goes when that one does.",
    ].join("\n"),
  );
  expect((await callDlq(kafka, "purge --yes")).text).toMatch("1 dead letter deleted, 0 marked as discarded.");
  const all = (await callDlq(kafka, "list --all --json")).text.split("\n").map((line) => JSON.parse(line));
  expect(all.map(({ key, state }) => `${key} ${state}`)).toEqual(["b open", "c redriven", "d open"]);
});

test("purges what is meant: deletes as far as Kafka can, and marks the rest", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  for (const reason of ["not_json", "wrong_shape", "not_json"] as const) await putLetter(kafka, reason);
  const { text } = await callDlq(kafka, "purge --where reason=not_json --yes");
  expect(text.split("\n")).toEqual([
    "2 of 3 open dead letters match.",
    "1 dead letter will be deleted (1 open, 0 redriven or discarded).",
    "1 open dead letter will be marked as discarded, for a later purge.",
    "Kafka deletes from a partition's beginning only: what stands behind a letter that stays goes when that one does.",
    "1 dead letter deleted, 1 marked as discarded.",
  ]);
  const list = await callDlq(kafka, "list");
  expect(list.text).toMatch("1 dead letter is open (wrong_shape 1); 0 are redriven, 1 is discarded.");
  expect((await callDlq(kafka, "redrive")).text).toMatch("1 dead letter redriven");
  await callDlq(kafka, "purge --yes");
  expect((await callDlq(kafka, "list --all")).text).toMatch(
    "0 dead letters are open; 0 are redriven, 0 are discarded.",
  );
});

test("purge says so where there is nothing to do, and asks nothing then", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const nothing = { isDone: true, text: "There is nothing to do: no dead letter is to go." };
  expect(await callDlq(kafka, "purge")).toEqual(nothing);
  expect(await callDlq(kafka, "purge --all")).toEqual(nothing);
  for (const key of ["a", "b", "c"]) await putLetter(kafka, "not_json", { key });
  expect(await callDlq(kafka, "purge")).toEqual(nothing);
  expect(await callDlq(kafka, "purge --where key=d")).toMatchObject({
    isDone: true,
    text: `0 of 3 open dead letters match.\n${nothing.text}`,
  });
  await callDlq(kafka, "redrive --where key=b,c");
  const { text } = await callDlq(kafka, "purge");
  expect(text).toMatch(
    /^There is nothing to do now\.\n2 redriven or discarded dead letters must wait .+\nKafka deletes /,
  );
});

test("purge --all empties the topic, and what comes later is there", async () => {
  await using kafka = await openTestKafka();
  for (let index = 0; index < 9; index += 1) await putLetter(kafka, "not_json", { key: `k${index}` });
  expect((await callDlq(kafka, "purge --all --yes")).text).toMatch("9 dead letters deleted");
  await putLetter(kafka, "not_utf8");
  expect((await callDlq(kafka, "list")).text).toMatch("1 dead letter is open (not_utf8 1)");
});

test("purge needs a yes", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await putLetter(kafka, "not_json");
  const nobody = await callDlq(kafka, "purge --all");
  expect(nobody).toMatchObject({ isDone: false, text: expect.stringContaining("purge needs --yes") });
  expect(await callDlq(kafka, "purge --all", { confirm: async () => false })).toMatchObject({ isDone: false });
  expect((await callDlq(kafka, "list")).text).toMatch("1 dead letter is open");
  expect(await callDlq(kafka, "purge --all", { confirm: async () => true })).toMatchObject({ isDone: true });
  expect((await callDlq(kafka, "list")).text).toMatch("0 dead letters are open");
});
