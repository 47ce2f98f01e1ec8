import type { IncomingMessage } from "node:http";

const timesIn = (rawHeaders: readonly string[], wanted: string): number => {
  let times = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === wanted.length && name.toLowerCase() === wanted) times += 1;
  }
  return times;
};

const isHostValue = /^[^\s,/?#@\\]*$/;

/**
 * What makes a request ambiguous or unreadable although Node accepts it; null if it is fine. Node drops all Host headers
 * except the first, and a proxy may have used another one (RFC 9112, 3.2: 400).
 */
export const faultOf = ({ rawHeaders, headers, httpVersion }: IncomingMessage): string | null => {
  const hosts = timesIn(rawHeaders, "host");
  if (hosts > 1) return "A request has one Host header.";
  if (hosts === 0 && httpVersion === "1.1") return "A request needs a Host header.";
  if (!isHostValue.test(headers.host ?? "")) return "The Host header names one host.";
  const coding = headers["transfer-encoding"];
  return coding === undefined || coding.toLowerCase() === "chunked"
    ? null
    : "The only Transfer-Encoding taken is chunked.";
};

const scheme = /^https?:\/\/[^/?#]*/i;

/** The path and the query of a request's target. The absolute form, with scheme and host, means the same (RFC 9112, 3.2.2). */
export const targetOf = (url: string): string => {
  if (url.startsWith("/")) return url;
  const path = url.replace(scheme, "");
  return path.startsWith("/") || path === url ? path : `/${path}`;
};
