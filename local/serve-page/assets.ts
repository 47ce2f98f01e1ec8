import { readFile } from "node:fs/promises";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, extname, join, sep } from "node:path";

/** The content at one address of the page. */
export interface PageAsset {
  readonly contentType: string;
  readonly body: string | Buffer;
}

const pageFolder = join(import.meta.dirname, "../page");
const packageFolder = join(import.meta.dirname, "../../client/src");
const socketClientFile = join(
  dirname(createRequire(import.meta.url).resolve("socket.io-client/package.json")),
  "dist/socket.io.esm.min.js",
);

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page's own copy of socket.io-client; the import map in index.html leads there. */
export const socketClientPath = "/vendor/socket.io-client.js";

/**
 * Reads the file at `path` (a URL path) in local/page; TypeScript without its types.
 * Returns null if there is no such file, or none of a type that the page serves.
 */
export async function readPageAsset(path: string): Promise<PageAsset | null> {
  if (path === socketClientPath) return await readAsset(socketClientFile);
  // The page is built on the client package's source: from /app.ts its address is this one.
  const isPackage = path.startsWith("/client/src/");
  const folder = isPackage ? packageFolder : pageFolder;
  const file = join(isPackage ? join(packageFolder, "../..") : pageFolder, path === "/" ? "index.html" : path);
  if (!file.startsWith(folder + sep)) return null;
  return await readAsset(file);
}

async function readAsset(file: string): Promise<PageAsset | null> {
  const contentType = contentTypes[extname(file)];
  if (contentType === undefined) return null;
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  return { contentType, body: extname(file) === ".ts" ? stripQuietly(text) : text };
}

/** Suppresses Node's warning that type stripping is experimental, which would confuse a newcomer. */
function stripQuietly(source: string): string {
  const emitWarning: typeof process.emitWarning = Reflect.get(process, "emitWarning");
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source, { mode: "strip" });
  } finally {
    process.emitWarning = emitWarning;
  }
}
