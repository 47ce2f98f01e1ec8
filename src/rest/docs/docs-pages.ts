import { errorTable } from "../../chat/errors.ts";
import type { AsyncApiDocument } from "../../contract/documents/asyncapi.ts";

export const docsBase = "/api/chat/docs";

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** HTML of a text in which backticks mark code. */
const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");

const page = ({
  title,
  scripts = "",
  main,
}: {
  title: string;
  scripts?: string;
  main: string;
}): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="${docsBase}/assets/favicon-32x32.png">
<link rel="stylesheet" href="${docsBase}/assets/swagger-ui.css">
<link rel="stylesheet" href="${docsBase}/assets/page.css">
${scripts}</head>
<body>
<nav aria-label="Documents">
<a href="${docsBase}">REST</a>
<a href="${docsBase}/events">Events</a>
<a href="${docsBase}/errors">Errors</a>
<a href="${docsBase}/openapi.json">openapi.json</a>
<a href="${docsBase}/asyncapi.json">asyncapi.json</a>
</nav>
${main}
</body>
</html>
`;

/** The page on which to read and try the API. */
export const restPage = page({
  title: "Chat: REST",
  scripts: `<script src="${docsBase}/assets/swagger-ui-bundle.js" defer></script>
<script src="${docsBase}/assets/page.js" defer></script>
`,
  main: `<main id="docs"><noscript>This page needs JavaScript. <a href="${docsBase}/openapi.json">openapi.json</a> says the same.</noscript></main>`,
});

export const pageScript = `SwaggerUIBundle({
  url: "${docsBase}/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

export const pageStyle = `body { margin: 0; background: #fff; color: #24292f; font: 16px/1.5 system-ui, sans-serif; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding: .5rem 1.25rem; background: #1f2937; }
nav a { color: #fff; padding: .5rem 0; }
.text { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem 3rem; }
.text h2 { margin-top: 2.5rem; }
.text .wide { overflow-x: auto; }
.text table { border-collapse: collapse; width: 100%; }
.text th, .text td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid #d0d7de; }
.text tr:target { background: #fff8c5; }
.text p code { overflow-wrap: anywhere; }
.text pre { overflow-x: auto; background: #f6f8fa; padding: 1rem; border-radius: 6px; font-size: 13px; }
.text summary { cursor: pointer; padding: .5rem 0; }
@media (max-width: 40rem) {
  .text th, .text td { padding-right: .75rem; font-size: .875rem; }
  .swagger-ui .wrapper, .swagger-ui .scheme-container { padding-inline: .75rem; }
  .swagger-ui .opblock-tag small { display: none; }
  .swagger-ui .opblock-tag { justify-content: space-between; }
  .swagger-ui .responses-inner, .swagger-ui .table-container { overflow-x: auto; }
}
`;

const errorRow = ([code, { status, retryable, text }]: [string, (typeof errorTable)[keyof typeof errorTable]]) =>
  `<tr id="${code}"><td><code>${code}</code><br>${escape(text)}</td><td>${status}</td><td>${retryable ? "yes" : "no"}</td></tr>`;

/** The meaning of each code; the `type` of every problem links here. */
export const errorsPage = page({
  title: "Chat: errors",
  main: `<main class="text"><h1>Errors</h1>
<p>The same codes over REST (<code>application/problem+json</code>) and in the acks of Socket.IO.</p>
<div class="wide"><table><thead><tr><th>Code</th><th>HTTP</th><th>Try again?</th></tr></thead>
<tbody>${Object.entries(errorTable).map(errorRow).join("\n")}</tbody></table></div></main>`,
});

const json = (value: unknown): string => escape(JSON.stringify(value, null, 2));

const eventSection = (
  document: AsyncApiDocument,
  [name, operation]: [string, AsyncApiDocument["operations"][string]],
) => {
  const { payload } = document.components.messages[name] ?? {};
  const ack = document.components.messages[`${name}_ack`]?.payload;
  return `<section><h3 id="${escape(name)}"><code>${escape(name.replace("kafka.", ""))}</code></h3><p>${prose(operation.summary)}</p>
<details><summary>Payload</summary><pre>${json(payload)}</pre></details>
${ack ? `<details><summary>Ack</summary><pre>${json(ack)}</pre></details>` : ""}</section>`;
};

/** The events on Socket.IO and Kafka, from the AsyncAPI document. */
export const eventsPage = (document: AsyncApiDocument): string => {
  const group = (title: string, action: "send" | "receive", kafka: boolean) => {
    const found = Object.entries(document.operations).filter(
      ([name, operation]) => operation.action === action && name.startsWith("kafka.") === kafka,
    );
    return `<h2>${title}</h2>${found.map((entry) => eventSection(document, entry)).join("\n")}`;
  };
  return page({
    title: "Chat: events",
    main: `<main class="text"><h1>Events</h1><p>${prose(String(document.info["description"]))}</p>
${group("Socket.IO, client → server", "receive", false)}
${group("Socket.IO, server → client", "send", false)}
${group("Kafka, in", "receive", true)}
${group("Kafka, out", "send", true)}
<h2>Shapes</h2>
${Object.entries(document.components.schemas)
  .map(
    ([name, schema]) =>
      `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary><pre>${json(schema)}</pre></details>`,
  )
  .join("\n")}</main>`,
  });
};
