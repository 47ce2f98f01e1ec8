import { z } from "zod";
import { allowNullForOptional } from "./null-for-optional.ts";

export type Json = Record<string, unknown>;
/** `in`: what others send to this service. */
export type Direction = "in" | "out";

const localRefs = /^#\/definitions\//;

/** Turns `#/definitions/Chat` into `#/components/schemas/Chat`, everywhere in a schema. */
const withGlobalRefs = (schema: Json): Json =>
  Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      name === "$ref" && typeof value === "string" ? value.replace(localRefs, "#/components/schemas/") : inner(value),
    ]),
  );

const inner = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inner);
  return typeof value === "object" && value !== null ? withGlobalRefs({ ...value }) : value;
};

/** Makes JSON Schemas of draft 7, which AsyncAPI uses. A schema with an id goes to `shared`, and others refer to it. */
export const createToJsonSchema =
  (shared: Record<string, Json>) =>
  (schema: z.ZodType, direction: Direction): Json => {
    const jsonSchema = z.toJSONSchema(schema, {
      target: "draft-7",
      io: direction === "in" ? "input" : "output",
      override: ({ jsonSchema: part }) => {
        // What we send may get more fields. The pattern of a time only repeats its format.
        if (part.additionalProperties === false) delete part.additionalProperties;
        if (direction === "in") allowNullForOptional(part);
        if (part.format === "date-time") delete part.pattern;
      },
    });
    delete jsonSchema.$schema;
    const { definitions, ...own } = withGlobalRefs(jsonSchema);
    Object.assign(shared, definitions);
    return own;
  };
