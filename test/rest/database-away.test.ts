import { randomUUID } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { apiKey, bearer, newBooking, openRest, type Rest } from "./open-rest.ts";

/** A way to the database that can be cut and given back. */
const openDoor = async (target: URL) => {
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((incoming) => {
    if (!open) return void incoming.destroy();
    const outgoing = connect(Number(target.port), target.hostname);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          incoming.destroy();
          outgoing.destroy();
          sockets.delete(socket);
        });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    shut: () => {
      open = false;
      for (const socket of sockets) socket.destroy();
    },
    reopen: () => {
      open = true;
    },
    close: () => server.close(),
  };
};

let rest: Rest;
let door: Awaited<ReturnType<typeof openDoor>>;
beforeAll(async () => {
  door = await openDoor(new URL(process.env["MONGODB_URI"] ?? ""));
  const uri = new URL(process.env["MONGODB_URI"] ?? "");
  uri.port = String(door.port);
  uri.pathname = `/rest-${randomUUID().slice(0, 12)}`;
  // Straight through the door, not to the members that the set names.
  uri.search = "?directConnection=true";
  rest = await openRest({ mongodbUri: uri.href });
});
afterAll(async () => {
  door.reopen();
  await rest.close();
  door.close();
});

describe("with the database away", () => {
  test("every call is answered 503 unavailable with Retry-After, in time, and works again afterwards", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const calls = () => [
      rest.call.get(`/api/chat/${chatId}`).set(...bearer(ownerId)),
      rest.call.get(`/api/chat/${chatId}/messages`).set(...bearer(ownerId)),
      rest.call.get(`/api/chat/user/${ownerId}`).set(...bearer(ownerId)),
      rest.call
        .post(`/api/chat/${chatId}/message`)
        .set(...bearer(ownerId))
        .send({ type: "text", content: "x", clientMessageId: "c" }),
      rest.call.put(`/api/chat/${chatId}/read`).set(...bearer(ownerId)),
      rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send({ status: "active" }),
      rest.call.post("/api/chat/initiate").set("X-API-Key", apiKey).send(newBooking()),
    ];
    door.shut();
    for (const { status, body, headers, text } of await Promise.all(calls())) {
      expect([status, body.code, body.retryAfterMs]).toEqual([503, "unavailable", 1_000]);
      expect(headers["retry-after"]).toBe("1");
      expect(text).not.toMatch(/mongo|ECONN|127\.0\.0\.1/i);
    }
    door.reopen();
    await until(async () => (await calls()[0])?.status === 200);
    for (const { status } of await Promise.all(calls())) expect([200, 201]).toContain(status);
  });

  test("many requests that cannot be served make a line or a few, which count the others", async () => {
    const { chatId, ownerId } = await rest.newChat();
    door.shut();
    const before = rest.lines.length;
    const asked = Array.from({ length: 20 }, () => rest.call.put(`/api/chat/${chatId}/read`).set(...bearer(ownerId)));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(20).fill(503));
    door.reopen();
    const lines = rest.lines.slice(before).map((line) => JSON.parse(line));
    const told = lines.filter(({ msg }) => msg === "a request could not be served");
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told.length).toBeLessThan(20);
    expect(told[0]).toMatchObject({
      level: 40,
      reason: expect.any(String),
      more: expect.any(Number),
      err: expect.any(Object),
    });
    await until(async () => (await rest.call.get(`/api/chat/${chatId}`).set(...bearer(ownerId))).status === 200);
  });
});
