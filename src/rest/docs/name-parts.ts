import { z } from "zod";
import type { createDocument } from "zod-openapi";
import type { Json } from "../../contract/documents/json-schemas.ts";
import { isJson, nameSchema, typeName } from "../../contract/documents/name-schemas.ts";
import { toMessageVariants } from "./message-variants.ts";

const messageShape = z.object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()) });

type Document = ReturnType<typeof createDocument>;
type Media = { content?: Record<string, { schema?: Json }> };
type Operation = {
  operationId?: string;
  parameters?: { name: string; schema?: Json }[];
  requestBody?: Media;
  responses?: Record<string, Media>;
};

const operationsOf = ({ paths = {} }: Document): Operation[] =>
  Object.values(paths).flatMap((path) => Object.values(path));

const nameContent = ({ content = {} }: Media, name: string): void => {
  for (const { schema } of Object.values(content)) if (schema) nameSchema(schema, name);
};

/** Names every schema of the document, so that generators do: bodies and answers by their operation. */
export const nameParts = (document: Document): Document => {
  const schemas: Record<string, unknown> = document.components?.schemas ?? {};
  const { union, parts } = toMessageVariants(messageShape.parse(schemas["Message"]));
  Object.assign(schemas, { Message: union, ...parts });
  for (const [name, schema] of Object.entries(schemas)) if (isJson(schema)) nameSchema(schema, name);
  for (const { operationId = "", parameters = [], requestBody = {}, responses = {} } of operationsOf(document)) {
    const name = typeName(operationId);
    for (const { name: parameter, schema } of parameters)
      if (schema) nameSchema(schema, `${name}${typeName(parameter)}`);
    nameContent(requestBody, `${name}Body`);
    for (const response of Object.values(responses)) nameContent(response, `${name}Answer`);
  }
  return document;
};
