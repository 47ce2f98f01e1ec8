import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** An answer of the page server. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly location?: string;
}

/** A refusal with a text for the person. */
export class RefusedRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const bodyLimitBytes = 16_384;

export function json(status: number, value: unknown): Answer {
  return { status, contentType: "application/json; charset=utf-8", body: JSON.stringify(value) };
}

/** Reads a JSON body of at most 16 KB; throws a RefusedRequest for anything else. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bodyLimitBytes) throw new RefusedRequest(413, "That is too much.");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new RefusedRequest(400, "Send JSON.");
  }
}

/**
 * Headers of every answer. Scripts, styles and connections are allowed only for the page itself, the chat nodes and the
 * store for files; pictures from any https host, since the chat node checks those.
 */
export function securityHeaders({
  chatUrls,
  filesUrl,
  indexHtml,
}: {
  chatUrls: readonly string[];
  filesUrl?: string | undefined;
  indexHtml: string;
}) {
  const files = filesUrl === undefined ? [] : [new URL(filesUrl).origin];
  const connections = [...chatUrls.flatMap((url) => [url, url.replace(/^http/, "ws")]), ...files];
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash(indexHtml)}'`,
    "style-src 'self'",
    ["img-src 'self' https: data: blob:", ...files].join(" "),
    `connect-src 'self' ${connections.join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
}

/** The import map is the page's one inline script; browsers take it from no file. */
function importMapHash(indexHtml: string): string {
  const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(indexHtml)?.[1] ?? "";
  return createHash("sha256").update(importMap).digest("base64");
}
