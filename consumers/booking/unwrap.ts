import { contentNames, fieldNames } from "../../src/contract/bookings/names.ts";
import { parseExactJson } from "../../src/contract/exact-json.ts";

/** A JSON object. */
export type Fields = Record<string, unknown>;

/**
 * An event without its wrappers. `nest`: the nested objects, the outermost first. `layers`: the same objects in order of
 * precedence. `cloudEvent`: the attributes of a structured CloudEvent. `problem`: why it is not an event.
 */
export type Unwrapped = { nest: Fields[]; layers: Fields[]; cloudEvent: Fields | null; problem: string | null };

/** Enough for Connect's envelope around an outbox's text around a wrapped event, and some more. */
const mostLayers = 8;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An own field: inherited properties of objects do not count. Null counts as left out. */
export const own = (value: Fields, name: string): unknown =>
  Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;

const hasOne = (value: Fields, names: readonly string[]): boolean =>
  names.some((name) => own(value, name) !== undefined);

const bookingNames = fieldNames.bookingId.slice(0, 2);
const peopleNames = [...fieldNames.ownerId, ...fieldNames.seekerId];

const isStructured = (value: Fields, headers: Map<string, string>): boolean =>
  headers.get("content-type")?.toLowerCase().startsWith("application/cloudevents+json") === true ||
  (typeof own(value, "specversion") === "string" && !hasOne(value, bookingNames));

/** Parses JSON in a string, also if it is nested in several strings. Other text stays unchanged. */
const withoutQuotes = (value: unknown, budget = mostLayers): unknown => {
  if (typeof value !== "string" || budget === 0 || !/^[\uFEFF\s]*["{]/.test(value)) return value;
  try {
    return withoutQuotes(parseExactJson(value.replace(/^\uFEFF/, "")), budget - 1);
  } catch {
    return value;
  }
};

const fromBase64 = (encoded: unknown): unknown =>
  typeof encoded === "string" ? withoutQuotes(Buffer.from(encoded, "base64").toString()) : undefined;

/** The content of a layer. A CloudEvent has its fields in `data`, or as bytes in `data_base64`. */
const contentOf = (layer: Fields, structured: boolean): unknown => {
  if (structured) return fromBase64(own(layer, "data_base64")) ?? withoutQuotes(own(layer, "data"));
  const contents = contentNames.map((name) => withoutQuotes(own(layer, name)));
  return contents.find(isFields);
};

/** No headers: they count only with the outermost object. */
export const noHeaders: Map<string, string> = new Map();

/**
 * Takes an event out of the wrappers that public services use. `headers`: from `readHeaders`.
 *
 *     { bookingId, … }                                              the fields themselves
 *     { type, data: { bookingId, … } }                              wrapped; also `payload` and `message`
 *     { bookingId, payload: { ownerId, … } }                        in two parts: the outer one has precedence
 *     "{\"bookingId\": …}", { payload: "{\"bookingId\": …}" }       JSON in a string, as Debezium's outbox sends it
 *     { schema, payload }                                           Kafka Connect's envelope, around any of these
 *     { specversion, id, time, type, data: { bookingId, … } }       CloudEvent, structured; also `data_base64`
 *     { bookingId, … } with ce_type, ce_id and ce_time as headers   CloudEvent, binary
 */
export const unwrap = (value: unknown, headers: Map<string, string>): Unwrapped => {
  const nest: Fields[] = [];
  let cloudEvent: Fields | null = null;
  const unwrapped = (layers: Fields[], problem: string | null): Unwrapped => ({ nest, layers, cloudEvent, problem });
  let inner = withoutQuotes(value);
  while (isFields(inner) && nest.length < mostLayers) {
    const structured = isStructured(inner, nest.length === 0 ? headers : noHeaders);
    const content = contentOf(inner, structured);
    nest.push(inner);
    if (structured) cloudEvent ??= inner;
    if (structured && !isFields(content)) return unwrapped([], "data: expected an object with the event's fields");
    if (!structured && hasOne(inner, bookingNames)) {
      const inHalves = isFields(content) && !hasOne(inner, peopleNames);
      const wrapping = nest.slice(0, -1).toReversed();
      return unwrapped([inner, ...(inHalves ? [content] : []), ...wrapping], null);
    }
    inner = content;
  }
  if (nest.length === 0) return unwrapped([], "expected a JSON object with the event's fields, one a record");
  return unwrapped(nest.toReversed(), isFields(inner) ? `wrapped more than ${mostLayers} times` : null);
};
