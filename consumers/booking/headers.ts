import type { IHeaders } from "kafkajs";
import { isDeadLetterHeader } from "../../src/contract/bookings/dead-letters.ts";
import type { HeaderValue } from "../fetch/header-value.ts";

const toText = (value: HeaderValue): string | undefined => {
  const first = Array.isArray(value) ? value[0] : value;
  return first === null || first === undefined ? undefined : withoutQuotes(first.toString());
};

// JSON serializers of headers, such as Spring's and Connect's, write "text" with its quotes.
const withoutQuotes = (text: string): string => /^"([^"\\]*)"$/.exec(text)?.[1] ?? text;

/**
 * Headers by their names in lower case, as text without the quotes of a JSON string. If a name occurs twice, the first
 * counts. An empty header counts as left out: a dead letter has an empty header where the record had Kafka's null.
 */
export const readHeaders = (headers: Record<string, HeaderValue>): Map<string, string> => {
  const read = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = toText(value);
    const lower = name.toLowerCase();
    if (text !== undefined && text.trim() !== "" && !read.has(lower)) read.set(lower, text);
  }
  return read;
};

// kafkajs cannot write a null header: it would fail every time.
const withoutNull = (value: HeaderValue): Buffer | string | (Buffer | string)[] =>
  Array.isArray(value) ? value.map((one) => one ?? "") : (value ?? "");

/**
 * The record's own headers, as kafkajs can write them: without those of a dead letter, so that a redriven record that
 * fails again has only the headers of its last failure.
 */
export const ownHeaders = (headers: Record<string, HeaderValue>): IHeaders =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (isDeadLetterHeader(name) ? [] : [[name, withoutNull(value)]])),
  );
