import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { openRest, type Rest } from "./open-rest.ts";

type Json = Record<string, unknown>;
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null;

let rest: Rest;
const documents: Record<string, Json> = {};
beforeAll(async () => {
  rest = await openRest();
  for (const name of ["openapi", "asyncapi"])
    documents[name] = (await rest.call.get(`/api/chat/docs/${name}.json`)).body;
});
afterAll(() => rest.close());

const withoutTexts = (schema: Json): string =>
  JSON.stringify(schema, (name, value: unknown) =>
    ["title", "description", "example", "default"].includes(name) ? undefined : value,
  );

/** What a generator makes a type of its own for. */
const makesType = (schema: Json): boolean => {
  const variants = [schema["anyOf"], schema["oneOf"]].find(Array.isArray) ?? [];
  return (
    isJson(schema["properties"]) ||
    Array.isArray(schema["enum"]) ||
    variants.filter(({ type }) => type !== "null").length > 1
  );
};

/** Every schema in a document that makes a type, with its place. `properties` are names of fields, so none of them is a schema. */
const schemasIn = (value: unknown, place = "", isFields = false): [place: string, schema: Json][] => {
  if (!isJson(value)) return [];
  const inner = Object.entries(value).flatMap(([name, part]) =>
    ["example", "examples", "mapping"].includes(name) && !isFields
      ? []
      : schemasIn(part, `${place}/${name}`, name === "properties" && !isFields),
  );
  return !isFields && makesType(value) ? [[place, value], ...inner] : inner;
};

describe.each(["openapi", "asyncapi"])("in %s.json", (name) => {
  test("every schema has a name, so that no generator has to make one up", () => {
    const schemas = schemasIn(documents[name]);
    expect(schemas.length).toBeGreaterThan(80);
    expect(schemas.filter(([, { title }]) => typeof title !== "string").map(([place]) => place)).toEqual([]);
  });

  test("two schemas with one name are the same", () => {
    const byName = Map.groupBy(schemasIn(documents[name]), ([, { title }]) => String(title));
    const differing = [...byName].filter(([, all]) => new Set(all.map(([, schema]) => withoutTexts(schema))).size > 1);
    expect(differing.map(([title, all]) => [title, ...all.map(([place]) => place)])).toEqual([]);
  });
});

describe("a message in openapi.json", () => {
  const base = {
    id: "65f0c0ffee0000000000c0de",
    chatId: "65f0c0ffee0000000000c0de",
    seq: 1,
    createdAt: "2026-03-01T12:00:00.000Z",
  };
  const attachment = { url: "https://images.example.com/a.jpg", name: "a.jpg", mimeType: "image/jpeg", size: 1 };
  const deleted = { by: "sender", at: "2026-03-01T12:00:00.000Z" };
  const system = { event: "booking_approved", status: "active" };
  const written = { ...base, senderId: "ann", content: "" };

  const accepts = (message: object): boolean => {
    const ajv = new Ajv2020({ strict: false, formats: { "date-time": true, uri: true } });
    ajv.addSchema(documents["openapi"] ?? {}, "openapi", false, false);
    return ajv.compile({ $ref: "openapi#/components/schemas/Message" })(message);
  };

  test.each([
    ["a text", { ...written, type: "text" }, true],
    ["a deleted text", { ...written, type: "text", deleted }, true],
    ["an image", { ...written, type: "image", attachment }, true],
    ["a file", { ...written, type: "file", attachment }, true],
    ["a deleted image", { ...written, type: "image", deleted }, true],
    ["what the service says", { ...base, senderId: null, content: "Approved.", type: "system", system }, true],
    ["an image without its attachment", { ...written, type: "image" }, false],
    ["a system message without what happened", { ...written, type: "system" }, false],
    ["another type", { ...written, type: "poem" }, false],
  ])("%s", (_what, message, isRight) => {
    expect(accepts(message)).toBe(isRight);
  });

  test("is told by its type", () => {
    const { components } = documents["openapi"] as { components: { schemas: Record<string, Json> } };
    expect(components.schemas["Message"]?.["discriminator"]).toMatchObject({ propertyName: "type" });
    expect(components.schemas["ImageMessage"]?.["required"]).toContain("attachment");
    expect(components.schemas["TextMessage"]?.["properties"]).not.toHaveProperty("attachment");
  });
});
