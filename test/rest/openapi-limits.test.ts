import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { approvedSchema } from "../../src/chat/acts/booking-event.ts";
import { statusChangeSchema } from "../../src/chat/acts/change-status.ts";
import { parse } from "../../src/chat/parse.ts";
import { clientEventSchemas } from "../../src/contract/client-events.ts";
import { asyncEvents } from "../../src/contract/documents/async-events.ts";
import { createAsyncApi } from "../../src/contract/documents/asyncapi.ts";
import { parseExactJson } from "../../src/contract/exact-json.ts";
import { messageBodySchema } from "../../src/contract/message.ts";
import { createOpenApi } from "../../src/rest/docs/openapi.ts";
import { mostBodyBytes } from "../../src/rest/request/read-json.ts";

const hosts = ["images.example.com"];
const messageSchema = messageBodySchema(hosts);
const requests = clientEventSchemas(hosts);
const openapi = createOpenApi({ messageBody: messageSchema });
const asyncapi = createAsyncApi(
  asyncEvents({
    typeAliases: [],
    attachmentHosts: hosts,
    topics: { booking: ["booking.approved"], bookingDlq: "booking.dlq", chatEvents: "chat.events" },
  }),
);

const bodyOf = (path: string, method: "post" | "put") => openapi.paths?.[path]?.[method]?.requestBody;
const schemaOf = (body: unknown): object =>
  z.object({ content: z.object({ "application/json": z.object({ schema: z.looseObject({}) }) }) }).parse(body).content[
    "application/json"
  ].schema;

const chatId = "65f0c0ffee0000000000c0de";
const urlOf = (length: number): string => "https://images.example.com/".padEnd(length, "a");
const fileOf = (attachment: object) => ({
  type: "file",
  attachment: { url: urlOf(40), name: "a.pdf", mimeType: "application/pdf", size: 1, ...attachment },
});
const textOf = (fields: object) => ({ type: "text", content: "Hello!", ...fields });

/** What is sent for a length of each field. Emoji where the length is that of what is left after clean-up. */
const messageLimits: [string, number, number, (length: number) => object][] = [
  ["a text's content", 1, 4_000, (length) => textOf({ content: "🏡".repeat(length) })],
  ["a caption", 0, 4_000, (length) => ({ ...fileOf({}), content: "🏡".repeat(length) })],
  ["an attachment's name", 1, 255, (length) => fileOf({ name: "🏡".repeat(length) })],
  ["an attachment's url", 40, 4_096, (length) => fileOf({ url: urlOf(length) })],
  ["a clientMessageId", 1, 64, (length) => textOf({ clientMessageId: "🏡".repeat(length) })],
];

type Check = { accepts: (value: object | null) => boolean };

/** JSON Schema counts code points. zod's own reading of it counts UTF-16 units, so emoji become letters first. */
const documentOf = (schema: object): Check => {
  const read = z.fromJSONSchema({ ...schema });
  return { accepts: (value) => read.safeParse(JSON.parse(JSON.stringify(value).replaceAll("🏡", "h"))).success };
};
const parserOf = (schema: z.ZodType): Check => ({ accepts: (value) => schema.safeParse(value).success });

const lengths = (least: number, most: number): [number, boolean][] => [
  ...(least === 1 ? [[0, false] as [number, boolean]] : []),
  [least, true],
  [most, true],
  [most + 1, false],
];

describe("what the documents say of a field's length is what is taken", () => {
  const rest = documentOf(schemaOf(bodyOf("/api/chat/{chatId}/message", "post")));
  const socket = documentOf(asyncapi.components.messages["send_message"]?.payload ?? {});

  test.each(messageLimits)("%s: %i to %i", (_field, least, most, write) => {
    for (const [length, good] of lengths(least, most)) {
      const message = write(length);
      expect([length, parserOf(messageSchema).accepts(message)]).toEqual([length, good]);
      expect([length, rest.accepts(message)]).toEqual([length, good]);
      expect([length, parserOf(requests.send_message).accepts({ ...message, chatId })]).toEqual([length, good]);
      expect([length, socket.accepts({ ...message, chatId })]).toEqual([length, good]);
    }
  });

  test("a reason for a status: up to 500", () => {
    const described = documentOf(schemaOf(bodyOf("/api/chat/{chatId}/status", "put")));
    for (const [length, good] of lengths(0, 500)) {
      const change = { status: "readonly", reason: "🏡".repeat(length) };
      expect([length, parserOf(statusChangeSchema).accepts(change)]).toEqual([length, good]);
      expect([length, described.accepts(change)]).toEqual([length, good]);
    }
  });

  test("a booking's reason may be longer, and is cut", () => {
    const { properties } = z
      .object({ properties: z.object({ reason: z.looseObject({}), occurredAt: z.looseObject({}) }) })
      .parse(schemaOf(bodyOf("/api/chat/initiate", "post")));
    expect(properties.reason).toMatchObject({ description: "Cut after 500 characters" });
    expect(properties.reason).not.toHaveProperty("maxLength");
    expect(JSON.stringify(properties.occurredAt)).toContain("any other offset");
  });

  test("answers are as short as what was sent", () => {
    expect(openapi.components?.schemas).toMatchObject({
      Message: { properties: { content: { maxLength: 4_000 }, clientMessageId: { minLength: 1, maxLength: 64 } } },
      Attachment: { properties: { name: { minLength: 1, maxLength: 255 }, url: { maxLength: 4_096 } } },
      StatusNote: { properties: { reason: { maxLength: 500 } } },
      Chat: { properties: { statusReason: { anyOf: [{ maxLength: 500 }, { type: "null" }] } } },
    });
  });
});

describe("what the documents say of null is what is taken", () => {
  const fields: [object, boolean][] = [
    [{ clientMessageId: null }, true],
    [{ attachment: { ...fileOf({}).attachment, width: null, height: null } }, true],
    [{ content: null }, true],
    [{ attachment: { ...fileOf({}).attachment, name: null } }, false],
    [{ attachment: null }, false],
    [{ type: null }, false],
  ];
  const takes = (schema: z.ZodType, message: object): boolean => {
    try {
      return parse(schema, message) !== null;
    } catch {
      return false;
    }
  };

  test.each(fields)("%j in a file: %s", (field, good) => {
    const message = { ...fileOf({}), ...field };
    const rest = documentOf(schemaOf(bodyOf("/api/chat/{chatId}/message", "post")));
    const socket = documentOf(asyncapi.components.messages["send_message"]?.payload ?? {});
    expect([takes(messageSchema, message), rest.accepts(message)]).toEqual([good, good]);
    const event = { ...message, chatId };
    expect([takes(requests.send_message, event), socket.accepts(event)]).toEqual([good, good]);
  });

  test("a query has no null", () => {
    expect(JSON.stringify(openapi.paths?.["/api/chat/user/{userId}"]?.get?.parameters)).not.toContain('"null"');
  });
});

test("how long a body may be is said at the beginning and of each body", () => {
  const most = `${mostBodyBytes / 1024} KB`;
  expect(openapi.info.description).toContain(`at most ${most}; beyond that the answer is 413, \`payload_too_large\``);
  const bodies = Object.values(openapi.paths ?? {}).flatMap(({ post, put, patch }) =>
    [post, put, patch].flatMap((operation) => operation?.requestBody ?? []),
  );
  expect(bodies.length).toBeGreaterThan(5);
  for (const body of bodies) expect(body).toMatchObject({ description: `JSON, at most ${most} of it` });
});

describe("what the documents say of a whole body and of long numbers is what is taken", () => {
  test("null may be the body of a read mark", () => {
    const described = documentOf(schemaOf(bodyOf("/api/chat/{chatId}/read", "put")));
    expect([null, {}, { seq: 1 }, []].map((body) => described.accepts(body))).toEqual([true, true, true, false]);
  });

  test("a whole number above 2^53 is an id, and an event's id", () => {
    const [bookingId, eventId] = ["331546041625334528", "331546041625334529"];
    const written = `{"bookingId":${bookingId},"eventId":${eventId},"ownerId":"o","seekerId":"s"}`;
    expect(parse(approvedSchema, parseExactJson(written))).toMatchObject({ bookingId, eventId });
    // zod's own reading of JSON Schema takes no integer above 2^53, so the text of the schema is looked at.
    const { BookingApproved, SentId } = asyncapi.components.schemas;
    for (const schema of [schemaOf(bodyOf("/api/chat/initiate", "post")), BookingApproved, SentId]) {
      expect(JSON.stringify(schema)).toMatch(/"type":"(?:integer|number)"/);
      expect(JSON.stringify(schema)).not.toContain('"maximum"');
    }
  });
});
