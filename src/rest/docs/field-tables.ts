import type { Json } from "../../contract/documents/json-schemas.ts";
import { isJson, listOf } from "../../contract/documents/name-schemas.ts";
import { escape, prose } from "./page.ts";

/** Of more values than this the first ones are shown. */
const mostValues = 12;

const code = (text: string): string => `<code>${escape(text)}</code>`;
const nameIn = (ref: string): string => ref.split("/").at(-1) ?? "";
const link = (ref: string): string => `<a href="#${escape(nameIn(ref))}">${escape(nameIn(ref))}</a>`;
const variantsOf = (schema: Json): Json[] => [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];

const valuesOf = (values: unknown[]): string => {
  const shown = values.slice(0, mostValues).map((value) => code(JSON.stringify(value)));
  return `${shown.join(", ")}${values.length > mostValues ? ` and ${values.length - mostValues} more` : ""}`;
};

const span = (least: unknown, most: unknown, unit: string): string => {
  if (typeof most !== "number") return typeof least === "number" ? `, at least ${least}${unit}` : "";
  return typeof least === "number" ? `, ${least} to ${most}${unit}` : `, at most ${most}${unit}`;
};
const lengthOf = ({ minLength, maxLength }: Json): string => span(minLength, maxLength, " characters");
const rangeOf = ({ minimum, maximum }: Json): string =>
  span(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, "");

const textType = (schema: Json): string => {
  const { format, pattern } = schema;
  if (format === "date-time") return "time";
  if (typeof pattern === "string" && pattern.includes("{24}")) return "id, 24 hex digits";
  if (typeof pattern === "string" && pattern.includes("{1,128}")) return "id, 1 to 128 characters";
  return `text${lengthOf(schema)}`;
};

const objectType = ({ properties, required, additionalProperties }: Json): string => {
  if (isJson(additionalProperties)) return `object of ${typeOf(additionalProperties)} by name`;
  const needed = Array.isArray(required) ? required : [];
  const names = Object.keys(isJson(properties) ? properties : {});
  return code(`{ ${names.map((name) => (needed.includes(name) ? name : `${name}?`)).join(", ")} }`);
};

/** The type of a field in words: `a text of 1 to 64 characters`, `Chat or null`. */
const typeOf = (schema: Json): string => {
  const { $ref, type, items } = schema;
  if (typeof $ref === "string") return link($ref);
  if ("const" in schema) return code(JSON.stringify(schema["const"]));
  const values: unknown = schema["enum"];
  if (Array.isArray(values)) return valuesOf(values);
  const variants = [...variantsOf(schema), ...listOf(schema["allOf"])];
  if (variants.length > 0) return variants.map(typeOf).join(" or ");
  if (type === "array") return `list of ${isJson(items) ? typeOf(items) : "anything"}`;
  if (type === "string") return textType(schema);
  if (type === "integer" || type === "number") return `number${rangeOf(schema)}`;
  if (type === "object") return objectType(schema);
  return typeof type === "string" ? type : "anything";
};

/** What a field holds: of `X or Y` both, and of a list its items. */
const insideOf = (schema: Json): Json[] => {
  const variants = variantsOf(schema);
  if (variants.length > 0) return variants.flatMap(insideOf);
  return isJson(schema["items"]) ? insideOf(schema["items"]) : [schema];
};

const rowsOf = ({ properties, required }: Json, before = ""): string[] => {
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(isJson(properties) ? properties : {}).flatMap(([name, field]) => {
    if (!isJson(field)) return [];
    const path = `${before}${name}`;
    const about = typeof field["description"] === "string" ? prose(field["description"]) : "";
    const may = needed.includes(name) ? "" : "<br><small>may be left out</small>";
    const row = `<tr><td>${code(path)}${may}</td><td>${typeOf(field)}</td><td>${about}</td></tr>`;
    return [row, ...insideOf(field).flatMap((inner) => rowsOf(inner, `${path}.`))];
  });
};

const titled = ({ title, description }: Json): string => {
  const about = typeof description === "string" ? ` ${prose(description)}` : "";
  return typeof title === "string" ? `<p><b>${escape(title)}</b>${about}</p>` : about && `<p>${about}</p>`;
};

/** The fields of a schema as tables: one for each variant of a union. */
export const fieldTables = (schema: Json): string => {
  const { $ref } = schema;
  if (typeof $ref === "string") return `<p>${link($ref)}</p>`;
  const parts = [...variantsOf(schema), ...listOf(schema["allOf"])];
  if (parts.length > 0) return parts.map((part) => titled(part) + fieldTables(part)).join("\n");
  const rows = rowsOf(schema);
  if (rows.length === 0) return `<p>${typeOf(schema)}</p>`;
  return `<div class="wide"><table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
};
