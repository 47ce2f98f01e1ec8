import type { HeaderValue } from "../fetch/header-value.ts";

const toText = (value: HeaderValue): string | undefined => {
  const first = Array.isArray(value) ? value[0] : value;
  return first === null || first === undefined ? undefined : withoutQuotes(first.toString());
};

// JSON serializers of headers, as those of Spring and Connect are, write "text" with its quotes.
const withoutQuotes = (text: string): string => /^"([^"\\]*)"$/.exec(text)?.[1] ?? text;

/**
 * Headers by name in lower case, as text, without the quotes of a JSON text; of a name that came twice the first. An empty
 * one counts as left out: a dead letter has an empty header where the record had Kafka's null.
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
