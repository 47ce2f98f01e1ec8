import { ByteReader } from "./byte-reader.ts";
import type { HeaderValue } from "./header-value.ts";

/** A record's fields as in its batch. */
export type RecordFields = {
  timestampDelta: number;
  offsetDelta: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, HeaderValue>;
};

/** A header takes some hundred bytes in memory, and as few as two in a batch. */
const mostHeaders = 131_072;

/** A record's offset relative to its batch. @throws EndsEarly */
export const offsetDeltaOf = (body: Buffer): number => {
  const reader = new ByteReader(body);
  reader.int8();
  reader.varint();
  return reader.varint();
};

/** @throws if it is not a record, or has more than 131,072 headers */
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
 * Headers by name: one value for a name that occurs once, otherwise the values in order. In linear time: kafkajs copies
 * all previous headers for each one, and took 47 s for a record with 16,000.
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
