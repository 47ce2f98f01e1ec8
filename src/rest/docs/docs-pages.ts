import { errorTable } from "../../chat/errors.ts";
import { docsBase, escape, page } from "./page.ts";

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
