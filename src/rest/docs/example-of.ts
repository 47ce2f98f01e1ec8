import type { Json } from "../../contract/documents/json-schemas.ts";
import { isJson } from "../../contract/documents/name-schemas.ts";

/** The schema that a `$ref` leads to. */
export type Follow = (ref: string) => Json;

const ids = { chatId: "65f0c0ffee0000000000c0de", userId: "mara-lindqvist" };

/** Values of fields whose schema says little about them. */
const byName: Record<string, unknown> = {
  bookingId: "garden-studio-1",
  ownerId: ids.userId,
  seekerId: "jonas-weber",
  senderId: "jonas-weber",
  userId: ids.userId,
  content: "Hello!",
  name: "contract.pdf",
  mimeType: "application/pdf",
  url: "https://images.example.com/contract.pdf",
  attachmentTypes: ["image/jpeg", "application/pdf"],
  reason: "node_is_draining",
  message: "The request is not valid.",
};

const textOf = ({ format, pattern, contentMediaType }: Json): string => {
  if (format === "date-time") return "2026-03-01T12:00:00.000Z";
  if (contentMediaType === "application/json") return "{}";
  if (typeof pattern === "string" && pattern.includes("{24}")) return ids.chatId;
  return typeof pattern === "string" && pattern.includes("{1,128}") ? ids.userId : "…";
};

const objectOf = ({ properties, required, additionalProperties }: Json, follow: Follow): Json => {
  const needed = Array.isArray(required) ? required : [];
  const fields = Object.entries(isJson(properties) ? properties : {}).filter(([name]) => needed.includes(name));
  const own = Object.fromEntries(
    fields.map(([name, field]) => [name, exampleOf(isJson(field) ? field : {}, follow, name)]),
  );
  if (!isJson(additionalProperties)) return own;
  return { ...own, [ids.userId]: exampleOf(additionalProperties, follow) };
};

const firstVariant = (schema: Json): Json | undefined => {
  const variants: unknown[] = [schema["oneOf"], schema["anyOf"]].find(Array.isArray) ?? [];
  return variants.filter(isJson).find(({ type }) => type !== "null");
};

/** A value that the schema accepts: its fields that are always there, with values as a reader expects them. */
export const exampleOf = (schema: Json, follow: Follow, name = ""): unknown => {
  const { $ref, type, allOf } = schema;
  if (typeof $ref === "string") return exampleOf(follow($ref), follow, name);
  for (const key of ["const", "example", "default"]) if (key in schema) return schema[key];
  const values: unknown = schema["enum"];
  if (Array.isArray(values)) return values[0];
  const isText = type === "string" || name === "attachmentTypes";
  if (isText && name in byName) return byName[name];
  const variant = firstVariant(schema);
  if (variant) return exampleOf(variant, follow, name);
  if (Array.isArray(allOf)) return Object.assign({}, ...allOf.filter(isJson).map((part) => exampleOf(part, follow)));
  switch (type) {
    case "object":
      return objectOf(schema, follow);
    case "array":
      return isJson(schema["items"]) ? [exampleOf(schema["items"], follow)] : [];
    case "integer":
    case "number":
      return Math.max(1, Number(schema["minimum"] ?? 1));
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return textOf(schema);
  }
};
