import { ByteReader } from "./byte-reader.ts";
import type { HeaderValue } from "./header-value.ts";

/** A record's fields as they stand in its batch. */
export type RecordFields = {
  timestampDelta: number;
  offsetDelta: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
};

/** Each takes some hundred bytes in memory, and two in a batch. */
const mostHeaders = 131_072;

/** Where a record stands in its batch. @throws EndsEarly */
export const offsetDeltaOf = (body: Buffer): number => {
  const reader = new ByteReader(body);
  reader.int8();
  reader.varint();
  return reader.varint();
};

/** @throws where the record is not one, and where it has more headers than 131,072 */
export const readRecord = (body: Buffer): RecordFields => {
  const reader = new ByteReader(body);
  reader.int8();
  const timestampDelta = reader.varint();
  const offsetDelta = reader.varint();
  const key = reader.bytes(reader.varint());
  const value = reader.bytes(reader.varint());
  const count = reader.varint();
  if (count < 0) throw new Error("its number of headers is negative");
  if (count > mostHeaders) throw new Error(`it has ${count} headers, more than ${mostHeaders}`);
  return { timestampDelta, offsetDelta, key, value, headers: readHeaders(reader, count) };
};

/**
 * By name: the value of a name that came once, and those of one that came more often in their order. In linear time:
 * kafkajs copies all headers before for each one, and 16,000 in one record took it 47 s.
 */
const readHeaders = (reader: ByteReader, count: number): Record<string, HeaderValue> => {
  const values = new Map<string, Buffer | null | (Buffer | null)[]>();
  for (let index = 0; index < count; index += 1) {
    const name = String(reader.bytes(reader.varint()) ?? "");
    const value = reader.bytes(reader.varint());
    const before = values.get(name);
    if (before === undefined) values.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else values.set(name, [before, value]);
  }
  return Object.fromEntries(values);
};
