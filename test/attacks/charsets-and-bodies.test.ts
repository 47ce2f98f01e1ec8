import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { anApprovedChat, ask, type Client, callAs, connect } from "../support/chat-client.ts";
import { connectRaw } from "../support/raw-socket.ts";
import { apiKey, startNode, type TestNode, tokenFor } from "../support/start-node.ts";

// One rule on every edge: what the same words come to does not depend on how they came in.
let node: TestNode;
let chat: Awaited<ReturnType<typeof anApprovedChat>>;
let owner: Client;
beforeAll(async () => {
  node = await startNode();
  chat = await anApprovedChat(node);
  owner = await connect(node, chat.ownerId);
});
afterAll(async () => {
  owner.disconnect();
  await node.stop(1_000);
});

type Wire = { method?: string; path: string; headers?: Record<string, string>; body?: (Buffer | string)[] };
type Answered = { status: number; body: Record<string, unknown> };

/** Sends a body byte by byte as it is: in chunks, unless the headers say how long it is. */
const sendBytes = ({ method = "POST", path, headers = {}, body = [] }: Wire): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const authorization = `Bearer ${tokenFor(chat.ownerId)}`;
    const call = request(`${node.url}${path}`, { method, headers: { authorization, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject).on("end", () => {
        const parsed = JSON.parse(Buffer.concat(parts).toString()) as Answered["body"];
        resolve({ status: response.statusCode ?? 0, body: parsed });
      });
    });
    call.on("error", reject);
    for (const part of body) call.write(part);
    call.end();
  });

const chunked = { "transfer-encoding": "chunked" };
const messagePath = () => `/api/chat/${chat.chatId}/message`;
const readPath = () => `/api/chat/${chat.chatId}/read`;
const inJson = { "content-type": "application/json" };

describe("an empty body is {}", () => {
  test.each<[string, Omit<Wire, "path">]>([
    ["without any header of it", { headers: { "content-length": "0" } }],
    ["in chunks, of no type", { headers: chunked }],
    ["in chunks, as JSON", { headers: { ...chunked, ...inJson } }],
    ["of length 0, as JSON", { headers: { "content-length": "0", ...inJson } }],
    ["of length 0, as a form", { headers: { "content-length": "0", "content-type": "multipart/form-data" } }],
    ["in chunks, in another charset", { headers: { ...chunked, "content-type": "application/json; charset=utf-16" } }],
    ["a byte order mark alone", { headers: { ...chunked, ...inJson }, body: ["\uFEFF"] }],
    ["null", { headers: { ...chunked, ...inJson }, body: ["null"] }],
    ["{}", { headers: { ...chunked, ...inJson }, body: ["{", "}"] }],
  ])("%s", async (_what, wire) => {
    for (const method of ["PUT", "POST", "PATCH"]) {
      expect(await sendBytes({ ...wire, method, path: readPath() })).toMatchObject({
        status: 200,
        body: { read: { userId: chat.ownerId } },
      });
    }
    const refused = await sendBytes({ ...wire, path: messagePath() });
    expect(refused).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path: "type" }] } });
  });

  test("on a socket as well: the ack names the missing field", async () => {
    for (const payload of [[], [null], [{}]]) {
      const answer = await ask(owner, "mark_delivered", ...payload);
      expect(answer).toMatchObject({ error: { code: "validation_failed", errors: [{ path: "chatId" }, {}] } });
    }
  });

  test.each(["[]", "0", "false", '""', " "])("%j is not an empty body", async (body) => {
    const refused = await sendBytes({ path: readPath(), headers: { ...chunked, ...inJson }, body: [body] });
    expect(refused).toMatchObject({ status: 400, body: { code: "validation_failed" } });
  });
});

describe("a charset", () => {
  const said = JSON.stringify({ type: "text", content: "Grüße 🏡" });
  const sendAs = (type: string, body: Buffer) =>
    sendBytes({ path: messagePath(), headers: { ...chunked, "content-type": type }, body: [body] });

  test.each([
    "application/json",
    "application/json;",
    "APPLICATION/JSON; CHARSET=UTF-8",
    "application/json;charset=utf8",
    'application/json; charset="UTF-8"',
    "application/json; charset=unicode-1-1-utf-8",
    "application/json; charset=x-unicode20utf8",
    "application/json; charset=cp65001",
    "application/json; charset=csUTF8",
    "application/json; charset=",
    "application/json; version=1; charset=utf-8",
  ])("%s is UTF-8, with a byte order mark and without", async (type) => {
    for (const mark of ["", "\uFEFF"]) {
      const sent = await sendAs(type, Buffer.from(mark + said));
      expect(sent).toMatchObject({ status: 201, body: { message: { content: "Grüße 🏡" } } });
    }
  });

  test.each<[string, Buffer]>([
    ["application/json; charset=utf-7", Buffer.from('{"type":"text","content":"+ADw-script+AD4-"}')],
    ["application/json; charset=utf-16", Buffer.from(said, "utf16le")],
    ["application/json; charset=utf-16le", Buffer.from(said, "utf16le")],
    ["application/json; charset=utf-16be", Buffer.from(said, "utf16le").swap16()],
    ["application/json; charset=utf-32", Buffer.from(said)],
    ["application/json; charset=latin1", Buffer.from(said, "latin1")],
    ["application/json; charset=iso-8859-1", Buffer.from(said, "latin1")],
    ["application/json; charset=us-ascii", Buffer.from('{"type":"text","content":"x"}')],
    ["application/json; charset=utf-9", Buffer.from(said)],
    ["application/json", Buffer.from(said, "latin1")],
    ["application/json", Buffer.from(`\uFEFF${said}`, "utf16le")],
    ["application/json; charset=utf-8", Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22])],
    ["text/plain", Buffer.from(said)],
    ["application/x-www-form-urlencoded", Buffer.from(said)],
  ])("%s is refused and not decoded (row %#)", async (type, body) => {
    const refused = await sendAs(type, body);
    expect(refused).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });
});

describe("null for an optional field counts as left out", () => {
  const attachment = { url: "https://images.example.com/a.jpg", name: "a.jpg", mimeType: "IMAGE/JPG", size: 1 };
  const nulls = { clientMessageId: null };
  const messages: [string, object, object][] = [
    ["a text", { type: "text", content: "x", attachment: null, ...nulls }, { type: "text", content: "x" }],
    [
      "a picture",
      { type: "image", content: null, attachment: { ...attachment, width: null, height: null }, ...nulls },
      { type: "image", content: "", attachment: { ...attachment, mimeType: "image/jpeg" } },
    ],
    [
      "a file",
      { type: "file", content: null, attachment: { ...attachment, width: 5, height: null }, ...nulls },
      { type: "file", content: "", attachment: { ...attachment, mimeType: "image/jpeg", width: 5 } },
    ],
  ];
  const kept = ({ type, content, attachment: beside, clientMessageId }: Record<string, unknown>) => ({
    type,
    content,
    ...(beside !== undefined && { attachment: beside }),
    ...(clientMessageId !== undefined && { clientMessageId }),
  });

  test.each(messages)("in %s, by a call and by an event", async (_what, message, expected) => {
    const called = await callAs(node, chat.ownerId, "POST", messagePath(), message);
    expect([called.status, kept(called.body["message"] as Record<string, unknown>)]).toEqual([201, expected]);
    const answer = await ask(owner, "send_message", { chatId: chat.chatId, ...message });
    expect(kept(answer["message"] as Record<string, unknown>)).toEqual(expected);
  });

  test("in marks, joins and changes of status", async () => {
    const { chatId, ownerId } = chat;
    expect((await callAs(node, ownerId, "PUT", readPath(), { seq: null })).status).toBe(200);
    expect(await ask(owner, "mark_read", { chatId, seq: null })).toMatchObject({ ok: true });
    expect(await ask(owner, "join_chat", { chatId, afterSeq: null, limit: null })).toMatchObject({ ok: true });
    const change = { status: "active", reason: null };
    expect((await callAs(node, ownerId, "PUT", `/api/chat/${chatId}/status`, change)).status).toBe(200);
    const booking = { bookingId: chat.bookingId, ownerId, seekerId: chat.seekerId };
    const again = await sendBytes({
      path: "/api/chat/initiate",
      headers: { ...chunked, ...inJson, "x-api-key": apiKey },
      body: [JSON.stringify({ ...booking, occurredAt: null, eventId: null, reason: null })],
    });
    expect(again.status).toBe(200);
  });

  test.each<[object, string]>([
    [{ type: null, content: "x" }, "type"],
    [{ type: "text", content: null }, "content"],
    [{ type: "image", attachment: null }, "attachment"],
    [{ type: "image", attachment: { ...attachment, url: null } }, "attachment.url"],
    [{ type: "file", attachment: { ...attachment, size: null } }, "attachment.size"],
  ])("and not for a needed one: %j", async (message, path) => {
    const called = await callAs(node, chat.ownerId, "POST", messagePath(), message);
    expect(called).toMatchObject({ status: 400, body: { code: "validation_failed", errors: [{ path }] } });
    const answer = await ask(owner, "send_message", { chatId: chat.chatId, ...message });
    expect(answer).toMatchObject({ ok: false, error: { code: "validation_failed", errors: [{ path }] } });
  });
});

describe("a number is what JSON makes of it, on both edges", () => {
  test.each([
    ["1", true],
    ["1.0", true],
    ["1e0", true],
    ["10E-1", true],
    ["-0", true],
    ['"1"', false],
    ["1.5", false],
    ["-1", false],
    ["1e300", false],
    ["9007199254740993", false],
    ["true", false],
    ["[1]", false],
    ["{}", false],
  ])("seq %s: %s", async (written, good) => {
    const called = await sendBytes({
      method: "PUT",
      path: readPath(),
      headers: { ...chunked, ...inJson },
      body: [`{"seq":${written}}`],
    });
    expect(called.status).toBe(good ? 200 : 400);
    const raw = await connectRaw(node, chat.ownerId);
    raw.send(`420["mark_read",{"chatId":"${chat.chatId}","seq":${written}}]`);
    expect(await raw.next((text) => text.startsWith("430"))).toContain(`"ok":${good}`);
    raw.close();
  });

  test.each([
    ['{"seq":-1,"seq":1}', 200],
    ['{"seq":1,"seq":-1}', 400],
    ['{"seq":1,"__proto__":{"seq":-1}}', 200],
    ['{"__proto__":{"seq":-1},"constructor":{"prototype":{"seq":-1}}}', 200],
    ['{"seq":null,"toString":null,"hasOwnProperty":null}', 200],
  ])("of a name given twice the last counts, and none is inherited: %s", async (body, status) => {
    const called = await sendBytes({
      method: "PUT",
      path: readPath(),
      headers: { ...chunked, ...inJson },
      body: [body],
    });
    expect(called.status).toBe(status);
  });
});

describe("a parameter of a query", () => {
  test.each(["limit", "before", "after"])("%s is one plain number", async (name) => {
    for (const written of [
      "",
      "1e1",
      "+5",
      "%205",
      "0x10",
      "05",
      "1.0",
      "null",
      "undefined",
      "NaN",
      "1,2",
      "٣",
      "1_0",
    ]) {
      const called = await callAs(node, chat.ownerId, "GET", `/api/chat/${chat.chatId}/messages?${name}=${written}`);
      expect([written, called]).toMatchObject([written, { status: 400, body: { errors: [{ path: name }] } }]);
    }
    for (const query of [`${name}=1&${name}=2`, `${name}=1&${name}=1`, `${name}&${name}`]) {
      const called = await callAs(node, chat.ownerId, "GET", `/api/chat/${chat.chatId}/messages?${query}`);
      expect([query, called]).toMatchObject([query, { status: 400, body: { errors: [{ path: name }] } }]);
    }
  });

  test("that is unknown is ignored, even with an odd name", async () => {
    const query = "?limit=1&__proto__[limit]=9&constructor=1&limit[]=7&hasOwnProperty=&%00=1&=2";
    const called = await callAs(node, chat.ownerId, "GET", `/api/chat/${chat.chatId}/messages${query}`);
    expect(called).toMatchObject({ status: 200, body: { messages: [{}] } });
  });
});
