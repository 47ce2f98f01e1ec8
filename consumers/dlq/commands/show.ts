import type { HeaderValue } from "../../fetch/header-value.ts";
import type { ReceivedRecord } from "../../source/received-record.ts";
import { idOf } from "../letter.ts";
import type { StockedLetter } from "../stock.ts";
import { printable, shownTime, type Terminal } from "../terminal.ts";
import type { TopicReader } from "../topic-reader.ts";

type Options = {
  reader: TopicReader;
  letter: StockedLetter;
  json: boolean;
  terminal: Terminal;
  signal: AbortSignal;
};

/** Prints one whole letter. False: it was deleted in the meantime. */
export const show = async ({ reader, letter, json, terminal, signal }: Options): Promise<boolean> => {
  const found: ReceivedRecord[] = [];
  await reader.read(async (record) => {
    if (idOf(record.partition, record.offset) === letter.id) found.push(record);
  }, signal);
  const [record] = found;
  if (record === undefined) return false;
  const { key, value } = readable(record);
  const headers = Object.entries(record.headers).map(([name, header]) => [name, headerText(header)] as const);
  if (json) {
    terminal.print(printable(JSON.stringify({ ...letter, key, value, headers: Object.fromEntries(headers) })));
    return true;
  }
  terminal.print(`dead letter   ${letter.id}, put ${shownTime(letter.putAt)}, ${letter.state}`);
  for (const [name, text] of headers) terminal.print(`header        ${printable(name)}: ${printable(text)}`);
  terminal.print(`key           ${key === null ? "none" : printable(key)}`);
  terminal.print(
    `value         ${record.value === null ? noValue(letter) : `${record.value.length} bytes${letter.isCut ? ", cut" : ""}`}`,
  );
  if (value !== null) terminal.print(`\n${printable(indented(value), "\n")}`);
  return true;
};

const noValue = ({ from, lastOffset }: StockedLetter): string =>
  lastOffset === null
    ? "none"
    : `none: nobody can read ${printable(`${from?.topic} ${from?.place}`)} to ${printable(lastOffset)}`;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** As text if it is text, otherwise in base64. */
const asText = (bytes: Buffer | null): string | null => {
  if (bytes === null) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return `base64:${bytes.toString("base64")}`;
  }
};

const readable = ({ key, value }: ReceivedRecord) => ({ key: asText(key), value: asText(value) });

const headerText = (value: HeaderValue): string =>
  Array.isArray(value) ? value.map((one) => one?.toString() ?? "").join(", ") : (value?.toString() ?? "");

const indented = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
