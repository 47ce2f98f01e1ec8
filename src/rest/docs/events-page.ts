import type { AsyncApiDocument } from "../../contract/documents/asyncapi.ts";
import type { Json } from "../../contract/documents/json-schemas.ts";
import { exampleOf } from "./example-of.ts";
import { fieldTables } from "./field-tables.ts";
import { docsBase, escape, page, prose } from "./page.ts";

const json = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;

/** A schema as tables of its fields, with an example before them. */
const described = (document: AsyncApiDocument, title: string, schema: Json, given?: unknown): string => {
  const follow = (ref: string): Json => document.components.schemas[ref.split("/").at(-1) ?? ""] ?? {};
  const example = given ?? exampleOf(schema, follow);
  return `<details><summary>${title}</summary>${json(example)}${fieldTables(schema)}</details>`;
};

const eventSection = (
  document: AsyncApiDocument,
  [name, operation]: [string, AsyncApiDocument["operations"][string]],
) => {
  const { payload = {}, examples } = document.components.messages[name] ?? {};
  const ack = document.components.messages[`${name}_ack`]?.payload;
  const tryIt = ack ? ` <a href="${docsBase}/console#${escape(name)}">Try it</a>` : "";
  return `<section><h3 id="${escape(name)}"><code>${escape(name.replace("kafka.", ""))}</code></h3><p>${prose(operation.summary)}${tryIt}</p>
${described(document, "Payload", payload, examples?.[0]?.payload)}
${ack ? described(document, "Ack", ack) : ""}</section>`;
};

/** The events on Socket.IO and Kafka, from the AsyncAPI document. */
export const eventsPage = (document: AsyncApiDocument): string => {
  const group = (title: string, action: "send" | "receive", kafka: boolean) => {
    const found = Object.entries(document.operations).filter(
      ([name, operation]) => operation.action === action && name.startsWith("kafka.") === kafka,
    );
    return `<h2>${title}</h2>${found.map((entry) => eventSection(document, entry)).join("\n")}`;
  };
  const shapes = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<section id="${escape(name)}">${described(document, `<code>${escape(name)}</code>`, schema)}</section>`,
  );
  return page({
    title: "Chat: events",
    main: `<main class="text"><h1>Events</h1><p>${prose(String(document.info["description"]))}</p>
<p>The <a href="${docsBase}/console">console</a> connects a socket and sends them.</p>
${group("Socket.IO, client → server", "receive", false)}
${group("Socket.IO, server → client", "send", false)}
${group("Kafka, in", "receive", true)}
${group("Kafka, out", "send", true)}
<h2>Shapes</h2>
${shapes.join("\n")}</main>`,
  });
};
