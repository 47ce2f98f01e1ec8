import { mostCodePoints } from "./chat/content.ts";

type JsonSchema = { properties?: Record<string, unknown> | undefined };
type Note = { field: string; beside: string; of?: string; says: Record<string, number | string> };

const longestReason = 500;

/**
 * What the generated JSON Schema of a field leaves out, since it is checked after a transform, or said nowhere in the
 * schema: of a `field` in an object that has a field `beside` it as well, or one `of` that value. JSON Schema counts
 * code points, as the clean-up does.
 *
 *     { status, reason }      reason: at most 500
 *     { bookingId, reason }   reason: of any length, cut after 500
 */
const notes: readonly Note[] = [
  { field: "content", beside: "clientMessageId", says: { maxLength: mostCodePoints } },
  { field: "content", beside: "type", of: "text", says: { minLength: 1 } },
  { field: "clientMessageId", beside: "content", says: { minLength: 1, maxLength: 64 } },
  { field: "name", beside: "mimeType", says: { minLength: 1, maxLength: 255 } },
  { field: "url", beside: "mimeType", says: { maxLength: 2_048 } },
  { field: "reason", beside: "status", says: { maxLength: longestReason } },
  { field: "statusReason", beside: "status", says: { maxLength: longestReason } },
  { field: "reason", beside: "bookingId", says: { description: `Cut after ${longestReason} characters` } },
  {
    field: "occurredAt",
    beside: "bookingId",
    says: { description: "RFC 3339, with `Z` or any other offset, in any precision; kept to the millisecond" },
  },
];

const isSchema = (value: unknown): value is object => typeof value === "object" && value !== null;
const isConst = (schema: unknown, value: string): boolean =>
  isSchema(schema) && "const" in schema && schema.const === value;

/** Completes an object's JSON Schema, in place, with the limits and words of its fields that zod does not pass on. */
export const noteFields = ({ properties }: JsonSchema): void => {
  if (properties === undefined) return;
  for (const { field, beside, of, says } of notes) {
    const schema = properties[field];
    const fits = of === undefined ? beside in properties : isConst(properties[beside], of);
    if (fits && isSchema(schema)) Object.assign(schema, { ...says, ...schema });
  }
};
