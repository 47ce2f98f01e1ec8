import type { Json } from "./json-schemas.ts";

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** The schemas in a list, such as the variants of a union. */
export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

/** `send_message`, `kafka.chat.events`, `sendMessage` → `SendMessage`, `KafkaChatEvents`, `SendMessage`. */
export const typeName = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== "")
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
    .join("");

/** The fields by which the variants of our unions differ. */
const marks = ["type", "event", "kind", "ok"];

/** The value that only this variant of a union has: `text` of `{ type: "text", … }`. */
const markOf = ({ properties }: Json): string | undefined => {
  for (const name of marks) {
    const field = isJson(properties) ? properties[name] : undefined;
    const value = isJson(field) ? field["const"] : undefined;
    if (value !== undefined) return typeof value === "string" ? value : name;
  }
  return undefined;
};

const nameVariants = (schema: Json, variants: Json[], name: string): void => {
  const others = variants.filter(({ type }) => type !== "null");
  // What may be null as well is no union of its own.
  if (others.length === 1 && others[0]) return nameSchema(others[0], name);
  schema["title"] ??= name;
  for (const [index, variant] of others.entries()) {
    nameSchema(variant, `${name}${typeName(markOf(variant) ?? String(index + 1))}`);
  }
};

/**
 * Gives a title to every part of a JSON Schema of which generators make a type: objects, unions and lists of values.
 * Without one they call it `AnonymousSchema_42`. A title that is there already stays.
 *
 *     { properties: { upload: { properties: … } } } named `BeginUpload` → `upload` has the title `BeginUploadUpload`
 */
export const nameSchema = (schema: Json, name: string): void => {
  if ("$ref" in schema) return;
  const { properties, items, additionalProperties, title } = schema;
  const own = typeof title === "string" ? title : name;
  if (isJson(properties) || Array.isArray(schema["enum"]) || !("type" in schema)) schema["title"] ??= own;
  for (const [field, inner] of Object.entries(isJson(properties) ? properties : {})) {
    if (isJson(inner)) nameSchema(inner, `${own}${typeName(field)}`);
  }
  if (isJson(items)) nameSchema(items, `${own}Item`);
  if (isJson(additionalProperties)) nameSchema(additionalProperties, `${own}Value`);
  const parts = listOf(schema["allOf"]);
  if (parts.length > 0) schema["title"] ??= own;
  for (const [index, part] of parts.entries()) nameSchema(part, `${own}Part${index + 1}`);
  for (const union of ["anyOf", "oneOf"]) {
    const variants = listOf(schema[union]);
    if (variants.length > 0) nameVariants(schema, variants, own);
  }
};
