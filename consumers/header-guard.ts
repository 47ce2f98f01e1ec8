import Decoder, { type DecodedHeader } from "kafkajs/src/protocol/decoder.js";
import type { HeaderValue } from "./received-record.ts";

const guarded = new WeakSet<object>();

/**
 * Has kafkajs read a record's headers in linear time. 2.2.4 copies the object of those before for each header: 16,000 in
 * one record hold every consumer of the process up for 47 s, and the group throws the member out and delivers the record
 * again. Headers alone are read with `readVarIntArray`, and `reduce` is all that is done with them, so that the list
 * comes with one of its own.
 */
export const guardHeaders = (): void => {
  const { prototype } = Decoder;
  if (guarded.has(prototype)) return;
  guarded.add(prototype);
  const { readVarIntArray: read } = prototype;
  prototype.readVarIntArray = function readVarIntArray(readOne) {
    const headers = read.call(this, readOne);
    return Object.assign(headers, { reduce: () => byName(headers) });
  };
};

/** As kafkajs gives them: the value of a name that came once, and those of one that came more often in their order. */
const byName = (headers: DecodedHeader[]): Record<string, HeaderValue> => {
  const values = new Map<string, Buffer | null | (Buffer | null)[]>();
  for (const { key, value } of headers) {
    const name = String(key);
    const before = values.get(name);
    if (before === undefined) values.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else values.set(name, [before, value]);
  }
  return Object.fromEntries(values);
};
