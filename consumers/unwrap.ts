type Fields = Record<string, unknown>;

/** An event without its wrapping: its fields, and what the wrapping says of it. */
export type Unwrapped = {
  fields: unknown;
  /** Of any kind, as it came; undefined where the wrapping names none. */
  type: unknown;
  /** What stands in where the fields have no `occurredAt` and no `eventId`. */
  occurredAt: unknown;
  eventId: unknown;
};

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// Own fields only: nothing that every object inherits counts as sent.
const own = (value: unknown, name: string): unknown =>
  isFields(value) && Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;

const isStructured = (value: unknown, headers: Map<string, string>): boolean =>
  headers.get("content-type")?.toLowerCase().startsWith("application/cloudevents+json") === true ||
  (typeof own(value, "specversion") === "string" && own(value, "bookingId") === undefined);

/** What a structured CloudEvent carries. Libraries write data they were given as bytes in base64. */
const dataOf = (value: unknown): unknown => {
  const encoded = own(value, "data_base64");
  if (typeof encoded !== "string") return own(value, "data");
  try {
    return JSON.parse(Buffer.from(encoded, "base64").toString());
  } catch {
    return undefined;
  }
};

/**
 * Takes an event out of a CloudEvent 1.0 (structured or binary), of `{ type, data }`, or as it is. `headers`: of `readHeaders`.
 *
 *     { bookingId, … }                                              the fields themselves
 *     { type, data: { bookingId, … } }                              wrapped
 *     { specversion, id, time, type, data: { bookingId, … } }       CloudEvent, structured; `data_base64` is as good
 *     { bookingId, … } with ce_type, ce_id and ce_time as headers   CloudEvent, binary
 */
export const unwrap = (value: unknown, headers: Map<string, string>): Unwrapped => {
  const structured = isStructured(value, headers);
  const data = structured ? dataOf(value) : own(value, "data");
  const wrapped = structured || (isFields(data) && own(value, "bookingId") === undefined);
  const standIn = (field: string, attribute: string): unknown =>
    (wrapped ? own(value, field) : undefined) ??
    (structured ? own(value, attribute) : undefined) ??
    headers.get(`ce_${attribute}`);
  return {
    fields: wrapped ? data : value,
    type: headers.get("ce_type") ?? own(value, "type"),
    occurredAt: standIn("occurredAt", "time"),
    eventId: standIn("eventId", "id"),
  };
};

/** `fields` with the stand-ins where they say nothing; what is no set of fields stays what it is. */
export const withStandIns = ({ fields, occurredAt, eventId }: Unwrapped): unknown =>
  isFields(fields)
    ? { ...fields, occurredAt: own(fields, "occurredAt") ?? occurredAt, eventId: own(fields, "eventId") ?? eventId }
    : fields;
