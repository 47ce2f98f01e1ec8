import type { ChatSocket } from "../chat-socket.ts";

/** Headers that hold what proves who somebody is. */
const secretHeaders = ["authorization", "cookie", "proxy-authorization"];

/**
 * Removes the token, and all else that came with the handshake and may hold one, from a socket and its first request. A
 * socket lives for hours; nothing that can look at it later (a dump of the heap, a request of another node) finds a token.
 */
export const forgetCredentials = ({ handshake, request }: ChatSocket): void => {
  handshake.auth = {};
  handshake.query = {};
  handshake.url = withoutQuery(handshake.url);
  request.url = withoutQuery(request.url ?? "");
  // Engine.IO's parsed query, which the public types do not name.
  Reflect.set(request, "_query", {});
  // `headers` is made of these at its first use, so both are cleared.
  for (const name of secretHeaders) delete request.headers[name];
  request.rawHeaders.length = 0;
};

const withoutQuery = (url: string): string => url.split("?", 1)[0] ?? "";
