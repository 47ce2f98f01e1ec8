type JsonSchema = Record<string, unknown>;

const isSchema = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null;

const takesNull = ({ type, anyOf }: JsonSchema): boolean =>
  [type].flat().includes("null") || (Array.isArray(anyOf) && anyOf.some((one) => isSchema(one) && takesNull(one)));

/** Adds null to the optional fields in the JSON Schema of an incoming object: `parse` treats null there as left out. */
export const allowNullForOptional = ({ properties, required }: JsonSchema): void => {
  if (!isSchema(properties)) return;
  const needed = new Set<unknown>(Array.isArray(required) ? required : []);
  for (const [name, field] of Object.entries(properties)) {
    if (needed.has(name) || !isSchema(field) || takesNull(field)) continue;
    properties[name] = { anyOf: [field, { type: "null" }] };
  }
};
