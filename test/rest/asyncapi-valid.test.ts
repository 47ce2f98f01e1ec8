import { DiagnosticSeverity, Parser } from "@asyncapi/parser";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { AsyncApiDocument } from "../../src/contract/documents/asyncapi.ts";
import { openRest, type Rest } from "./open-rest.ts";

// AsyncAPI's own parser reads the document with the schemas and the rules of the specification's authors.
const parser = new Parser();

let rest: Rest;
let served: AsyncApiDocument;
beforeAll(async () => {
  rest = await openRest();
  served = (await rest.call.get("/api/chat/docs/asyncapi.json").expect(200)).body;
});
afterAll(() => rest.close());

/** 3.1.0 adds nothing that is needed here, and fewer tools read it. */
const known = new Set(["asyncapi-latest-version"]);

const complaints = async (document: object): Promise<string[]> => {
  const { diagnostics } = await parser.parse(JSON.stringify(document));
  return diagnostics
    .filter(({ code }) => !known.has(String(code)))
    .map(({ severity, path, message }) => `${DiagnosticSeverity[severity]} ${path.join("/")}: ${message}`);
};

const broken: Record<string, (document: AsyncApiDocument) => void> = {
  "a field that must be there is not": ({ info }) => delete info["title"],
  "a reference leads nowhere": ({ components }) => delete components.messages["join_chat"],
  "a payload is no JSON schema": ({ components }) => {
    for (const message of Object.values(components.messages)) message.payload = { type: "strang" };
  },
  "a field is of the wrong kind": ({ operations }) =>
    Object.assign(operations["join_chat"] ?? {}, { action: "listen" }),
};

describe("the AsyncAPI document that is served", () => {
  test("is one, and nothing in it is complained of", async () => {
    expect(await complaints(served)).toEqual([]);
    const { document } = await parser.parse(JSON.stringify(served));
    expect(document?.operations().has("send_message")).toBe(true);
    expect(document?.channels().get("kafka.chat.events")?.address()).toBe("chat.events");
  });

  test.each(Object.entries(broken))("would be complained of where %s", async (_how, spoil) => {
    const copy = structuredClone(served);
    spoil(copy);
    expect(await complaints(copy)).toContainEqual(expect.stringMatching(/^Error /));
  });
});
