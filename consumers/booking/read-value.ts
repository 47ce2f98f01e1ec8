import { parseExactJson } from "../../src/contract/exact-json.ts";
import type { Rejection } from "./rejection.ts";

/** An event has a few hundred bytes; a value larger than this is something else and is not parsed. */
export const mostValueBytes = 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The prefix of Confluent's serializers: a zero, and the schema's id in four bytes. No JSON text begins with a zero byte. */
const schemaIdBytes = 5;

const withoutSchemaId = (value: Buffer): Buffer =>
  value[0] === 0 && value.length > schemaIdBytes ? value.subarray(schemaIdBytes) : value;

type Sign = { bytes: readonly number[]; advice: string };

// Formats of publishers that are not configured for JSON, by their first bytes.
const signs: Sign[] = [
  { bytes: [0x00], advice: "it looks like Avro or Protobuf of a schema registry: use a JSON serializer" },
  { bytes: [0x1f, 0x8b], advice: "it is packed with gzip: leave that to the producer's compression.type" },
  { bytes: [0xac, 0xed], advice: "it is a serialized Java object: use a JSON serializer" },
  { bytes: [0xff, 0xfe], advice: "it looks like UTF-16: write the JSON as UTF-8" },
  { bytes: [0xfe, 0xff], advice: "it looks like UTF-16: write the JSON as UTF-8" },
  { bytes: [0x3c], advice: "it looks like XML: send JSON" },
  { bytes: [0x7b, 0x27], advice: "names and texts of JSON stand in double quotes" },
];

const adviceFor = (value: Buffer, otherwise: string): string =>
  signs.find(({ bytes }) => bytes.every((byte, at) => value[at] === byte))?.advice ?? otherwise;

/** Parses bytes as JSON, or returns why that fails. */
export const readValue = (value: Buffer | null): { json: unknown } | Rejection => {
  if (value === null) return { reason: "tombstone", detail: "the record has no value: send the event as JSON" };
  if (value.length > mostValueBytes) {
    const detail = `${value.length} bytes: an event has ${mostValueBytes} at most, leave out what no chat needs`;
    return { reason: "too_large", detail };
  }
  let text: string;
  try {
    text = utf8.decode(withoutSchemaId(value));
  } catch {
    return { reason: "not_utf8", detail: `the value is not UTF-8: ${adviceFor(value, "write the JSON as UTF-8")}` };
  }
  try {
    return { json: parseExactJson(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError))
      return { reason: "not_json", detail: "the value is nested too deep to be read" };
    const advice = adviceFor(value, "send one JSON object, in double quotes and without a comma at its end");
    return { reason: "not_json", detail: `the value is not JSON: ${advice}` };
  }
};
