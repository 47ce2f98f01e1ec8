import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { writeOnceATurn } from "../../src/socket/connection/write-once-a-turn.ts";

let http: HttpServer;
let server: Server;
let client: Socket;
/** How many packets Engine.IO wrote together, each time. */
const written: number[] = [];

beforeAll(async () => {
  http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  server = new Server(http);
  writeOnceATurn(server);
  server.on("connection", (socket) => {
    socket.on("send", async (texts: string[], ack: (answer: string) => void) => {
      // As everything that follows from an answer of the database.
      for (const text of texts) {
        await Promise.resolve();
        socket.emit("received", text);
      }
      ack("done");
    });
    socket.on("last-words", (text: string) => {
      socket.emit("received", text);
      socket.conn.close();
    });
  });
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  client = connect(`http://127.0.0.1:${port}`, { transports: ["websocket"], reconnection: false });
  await new Promise<void>((resolve) => client.on("connect", resolve));
  server.engine.on("flush", (_: unknown, packets: unknown[]) => void written.push(packets.length));
});
afterAll(async () => {
  client.disconnect();
  await server.close();
});

test("what a connection is sent within one turn leaves in one write, in its order", async () => {
  const heard: string[] = [];
  client.on("received", (text) => heard.push(text));
  const texts = ["a", "b", "c", "d"];
  expect(await client.emitWithAck("send", texts)).toBe("done");
  expect(heard).toEqual(texts);
  expect(written).toEqual([5]);
});

test("a connection that is closed behind it is sent it still", async () => {
  const heard = new Promise((resolve) => client.once("received", resolve));
  const ended = new Promise((resolve) => client.once("disconnect", resolve));
  client.emit("last-words", "good night");
  expect(await heard).toBe("good night");
  await ended;
});
