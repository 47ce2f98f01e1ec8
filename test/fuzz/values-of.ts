import * as fc from "fast-check";

/** JSON Schema, as far as zod writes it. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
};

/** What a field of a name should hold to get past the first check: a chat that exists, a host that is allowed. */
export type Hints = Record<string, fc.Arbitrary<unknown>>;
/** `resolve`: the schema that a `$ref` names. */
export type Context = { resolve: (ref: string) => Schema; hints: Hints };

const text = fc.string({
  unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.constantFrom("é", "👍🏽", "م", " ")),
});

const moments = fc
  .date({ min: new Date("2026-01-01"), max: new Date("2026-11-01"), noInvalidDate: true })
  .map((date) => date.toISOString());

// Patterns may look ahead, which fast-check cannot follow.
const matching = (pattern: string): fc.Arbitrary<string> => {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return text;
  }
};

const stringOf = ({ pattern, format, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> => {
  if (format === "date-time") return moments;
  if (pattern !== undefined) return matching(pattern);
  const short = fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 40) });
  const edges = fc.constantFrom("x".repeat(minLength), "x".repeat(maxLength), "👍".repeat(Math.ceil(maxLength / 2)));
  return fc.oneof({ weight: 8, arbitrary: short }, { weight: 1, arbitrary: edges });
};

const wholeOf = ({ minimum = -1_000, maximum = 1_000 }: Schema): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 300) }),
    fc.constantFrom(minimum, Math.min(maximum, Number.MAX_SAFE_INTEGER)),
  );

const objectOf = (schema: Schema, context: Context): fc.Arbitrary<unknown> => {
  const { properties = {}, required = [] } = schema;
  const fields: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, fieldOf(name, field, context)]),
  );
  return fc.record(fields, { requiredKeys: required });
};

const fieldOf = (name: string, schema: Schema, context: Context): fc.Arbitrary<unknown> => {
  const byShape = valuesOf(schema, context);
  const hint = Object.hasOwn(context.hints, name) ? context.hints[name] : undefined;
  return hint === undefined ? byShape : fc.oneof({ weight: 6, arbitrary: hint }, { weight: 1, arbitrary: byShape });
};

const ofType = (type: string | undefined, schema: Schema, context: Context): fc.Arbitrary<unknown> => {
  switch (type) {
    case "object":
      return objectOf(schema, context);
    case "array":
      return fc.array(valuesOf(schema.items ?? {}, context), { maxLength: 4 });
    case "string":
      return stringOf(schema);
    case "integer":
    case "number":
      return wholeOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
};

/** Values that a schema describes. What it cannot say (that two fields exclude each other) they may break. */
export const valuesOf = (schema: Schema, context: Context): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined) return valuesOf(context.resolve(schema.$ref), context);
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, context)));
  if (schema.allOf) {
    return fc.tuple(...schema.allOf.map((part) => valuesOf(part, context))).map((parts) => Object.assign({}, ...parts));
  }
  const types = [schema.type].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, context)));
};
