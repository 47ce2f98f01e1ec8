import { describe, expect, test } from "@jest/globals";
import Encoder from "kafkajs/src/protocol/encoder.js";
import { readRecord } from "../../../consumers/fetch/read-record.ts";

type Header = [name: string, value: string | null];

const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));

const packed = (headers: Header[]): Buffer => {
  const record = new Encoder().writeInt8(0).writeVarLong(0).writeVarInt(0);
  record.writeVarIntBytes(Buffer.from("key")).writeVarIntBytes(Buffer.from("{}")).writeVarInt(headers.length);
  for (const [name, value] of headers) record.writeVarIntString(name).writeVarIntBytes(bytesOf(value));
  return record.buffer;
};

const unpacked = (record: Buffer) => readRecord(record).headers;

describe("the headers of a record", () => {
  test("come by name: one value as it is, those of a name that came more often as a list", () => {
    const headers: Header[] = [
      ["type", "booking.approved"],
      ["trace", "1"],
      ["none", null],
      ["trace", null],
      ["trace", "3"],
      ["none", "2"],
    ];
    expect(Object.entries(unpacked(packed(headers)))).toEqual([
      ["type", Buffer.from("booking.approved")],
      ["trace", [Buffer.from("1"), null, Buffer.from("3")]],
      ["none", [null, Buffer.from("2")]],
    ]);
    expect(unpacked(packed([]))).toEqual({});
  });

  test.each(["__proto__", "constructor", "toString"])("may be named %s", (name) => {
    const headers = unpacked(packed([[name, "1"]]));
    expect(Object.entries(headers)).toEqual([[name, Buffer.from("1")]]);
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });

  // Those of different names took 45 minutes.
  test.each([
    ["of different names", (index: number) => `name-${index}`],
    ["of one name", () => "name"],
  ])("are read in linear time: 120,000 %s within a minute", (_, nameOf) => {
    const record = packed(Array.from({ length: 120_000 }, (_none, index): Header => [nameOf(index), ""]));
    const start = performance.now();
    const headers = unpacked(record);
    expect(performance.now() - start).toBeLessThan(60_000);
    expect(Object.values(headers).flat()).toHaveLength(120_000);
  });
});
