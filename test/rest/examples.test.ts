import { describe, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { asyncEvents } from "../../src/contract/documents/async-events.ts";
import { createAsyncApi } from "../../src/contract/documents/asyncapi.ts";
import { eventsPage } from "../../src/rest/docs/events-page.ts";
import { exampleOf } from "../../src/rest/docs/example-of.ts";

const document = createAsyncApi(
  asyncEvents({
    typeAliases: [],
    attachmentHosts: ["images.example.com"],
    topics: { booking: ["booking.approved"], bookingDlq: "booking.dlq", chatEvents: "chat.events" },
  }),
);
const { messages, schemas } = document.components;
const follow = (ref: string): Record<string, unknown> => schemas[ref.split("/").at(-1) ?? ""] ?? {};

const ajv = new Ajv({ strict: false, formats: { "date-time": true, uri: true, base64: true } });
ajv.addSchema(document, "asyncapi", false, false);
const complaint = (name: string, value: unknown): string | null => {
  const check = ajv.compile({ $ref: `asyncapi#/components/messages/${name}/payload` });
  return check(value) ? null : ajv.errorsText(check.errors);
};

describe("an example of", () => {
  test.each(Object.keys(messages))("%s is one that its schema accepts", (name) => {
    const { payload = {}, examples = [] } = messages[name] ?? {};
    for (const { payload: example } of examples) expect(complaint(name, example)).toBeNull();
    expect(complaint(name, exampleOf(payload, follow))).toBeNull();
  });

  test("each event that a client sends is in the document", () => {
    const asked = Object.keys(messages).filter((name) => `${name}_ack` in messages);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((name) => messages[name]?.examples?.length !== 1)).toEqual([]);
  });
});

test("the events page has a row for every field of a message, and an example of it", () => {
  const [, section = ""] = /<section id="Message">(.*?)<\/section>/s.exec(eventsPage(document)) ?? [];
  const fields = Object.keys(schemas["Message"]?.["properties"] ?? {});
  expect(fields).toContain("clientMessageId");
  expect(fields.filter((field) => !section.includes(`<td><code>${field}</code>`))).toEqual([]);
  expect(section).toContain("<pre>{");
});
