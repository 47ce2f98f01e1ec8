import { once } from "node:events";
import { createServer } from "node:http";
import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";
import type { ChatServer } from "../../src/socket/chat-socket.ts";
import { forgetCredentials } from "../../src/socket/connection/token/forget-credentials.ts";

test("of a token that came in auth, a header, a cookie or the query nothing is left on the socket and its request", async () => {
  const http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  const io: ChatServer = new Server(http);
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const secret = "the-very-secret-token";
  const client = connect(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    auth: { token: secret },
    query: { token: secret },
    extraHeaders: { authorization: `Bearer ${secret}`, cookie: `session=${secret}` },
  });
  try {
    const [socket] = (await once(io, "connection")) as [Parameters<typeof forgetCredentials>[0]];
    const holds = (): boolean =>
      inspect([socket.handshake, socket.request], { depth: 6, maxStringLength: null }).includes(secret);
    expect(holds()).toBe(true);
    forgetCredentials(socket);
    expect(holds()).toBe(false);
  } finally {
    client.disconnect();
    await io.close();
  }
});
