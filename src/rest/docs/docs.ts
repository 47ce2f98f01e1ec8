import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import type { RequestHandler, Response } from "express";
import helmet from "helmet";
import { ChatError } from "../../chat/errors.ts";
import type { AsyncApiDocument } from "../../contract/documents/asyncapi.ts";
import type { Routes } from "../request/routes.ts";
import { consolePage } from "./console-page.ts";
import { errorsPage, pageScript, restPage } from "./docs-pages.ts";
import { eventsPage } from "./events-page.ts";
import { pageStyle } from "./page-style.ts";

// Swagger UI sets styles by script and shows its icons from data: URLs; nothing is loaded from other hosts.
const pageHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
});

const swaggerUi = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/swagger-ui.css"));
const swaggerAssets = new Set(["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]);
const assetAgeS = 3_600;

const html = (text: string): RequestHandler[] => [pageHeaders, (_req, res) => sendKept(res).type("html").send(text)];
const json = (document: object): RequestHandler[] => {
  const text = JSON.stringify(document);
  return [(_req, res) => sendKept(res).type("json").send(text)];
};
// The documents are the same for everybody, so caches may keep them.
const sendKept = (res: Response): Response => res.set("Cache-Control", `public, max-age=${assetAgeS}`);

const sendAsset =
  (socketClientFile: string): RequestHandler =>
  (req, res) => {
    const { file } = req.params;
    if (file === "page.css") sendKept(res).type("css").send(pageStyle);
    else if (file === "page.js") sendKept(res).type("js").send(pageScript);
    else if (file === "console.js") sendKept(res).sendFile(file, { root: import.meta.dirname });
    else if (file === basename(socketClientFile)) sendKept(res).sendFile(file, { root: dirname(socketClientFile) });
    else if (typeof file === "string" && swaggerAssets.has(file)) sendKept(res).sendFile(file, { root: swaggerUi });
    else throw new ChatError("not_found");
  };

type Parts = {
  openapi: object;
  asyncapi: AsyncApiDocument;
  /** Socket.IO's client for browsers, with which the console connects. */
  socketClientFile: string;
};

/** The documents, and pages to read them and to try the calls; this service serves every asset. */
export const docsRoutes = ({ openapi, asyncapi, socketClientFile }: Parts): Routes => ({
  "/docs": { GET: html(restPage) },
  "/docs/events": { GET: html(eventsPage(asyncapi)) },
  "/docs/console": { GET: html(consolePage) },
  "/docs/errors": { GET: html(errorsPage) },
  "/docs/openapi.json": { GET: json(openapi) },
  "/docs/asyncapi.json": { GET: json(asyncapi) },
  "/docs/assets/:file": { GET: [sendAsset(socketClientFile)] },
});
