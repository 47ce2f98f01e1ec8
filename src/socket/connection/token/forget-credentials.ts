import type { ChatSocket } from "../../chat-socket.ts";

/** Headers that contain credentials. */
const secretHeaders = ["authorization", "cookie", "proxy-authorization"];

/**
 * Removes the token, and everything else from the handshake that may contain one, from a socket and its first request. A
 * socket lives for hours; a later heap dump or a request of another node must not find a token in it.
 */
export const forgetCredentials = ({ handshake, request }: ChatSocket): void => {
  handshake.auth = {};
  handshake.query = {};
  handshake.url = withoutQuery(handshake.url);
  request.url = withoutQuery(request.url ?? "");
  // Engine.IO's parsed query, which is not in the public types.
  Reflect.set(request, "_query", {});
  // `headers` is made from these at its first use, so both are cleared.
  for (const name of secretHeaders) delete request.headers[name];
  request.rawHeaders.length = 0;
};

const withoutQuery = (url: string): string => url.split("?", 1)[0] ?? "";
