export const docsBase = "/api/chat/docs";

/** HTML of a plain text. */
export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** HTML of a text in which backticks mark code. */
export const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");

/** A page of the documents: the links to the others, and its own part. */
export const page = ({
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
<a href="${docsBase}/console">Console</a>
<a href="${docsBase}/errors">Errors</a>
<a href="${docsBase}/openapi.json">openapi.json</a>
<a href="${docsBase}/asyncapi.json">asyncapi.json</a>
</nav>
${main}
</body>
</html>
`;
