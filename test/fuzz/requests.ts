import * as fc from "fast-check";
import { apiKey, tokenFor } from "../support/start-node.ts";
import type { Call } from "./documents.ts";
import type { Ground } from "./ground.ts";
import type { HttpRequest } from "./http-request.ts";
import { nearValid, nearValidText } from "./near-valid.ts";
import { type Schema, valuesOf } from "./values-of.ts";

/** `isItsPath`: the path and the method are that of the call, whatever stands in the path's places. */
export type Fuzzed = { operationId: string; request: HttpRequest; isItsPath: boolean };

type Text = fc.Arbitrary<string>;

// Longer ones Node itself refuses, with 431 and nothing else.
const longestPart = 300;
const longestQuery = 4_000;

const textOf = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.slice(0, longestPart).toWellFormed();
};

/** What a proxy or a router takes for another path is told apart: empty parts and dots. */
const isPlain = (part: string): boolean => !/^\.{0,2}$/.test(part);

const pathOf = ({ path, parameters = [] }: Call, valid: (name: string, schema: Schema) => Text): Text => {
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  const values = inPath.map(({ name, schema }) => nearValidText(valid(name, schema)));
  return fc
    .tuple(...values)
    .map((texts) =>
      inPath.reduce(
        (made, { name }, index) => made.replace(`{${name}}`, encodeURIComponent(textOf(texts[index] ?? ""))),
        path,
      ),
    );
};

const queryOf = ({ parameters = [] }: Call, { hints, documents }: Ground): Text => {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  if (inQuery.length === 0) return fc.constantFrom("", "", "", "?x=1", "?__proto__=1");
  const properties = Object.fromEntries(inQuery.map(({ name, schema }) => [name, schema]));
  const context = { hints, resolve: documents.resolve.openapi };
  return nearValid(valuesOf({ type: "object", properties }, context)).map((query) => {
    if (typeof query !== "object" || query === null) return `?${encodeURIComponent(textOf(query))}`;
    const fields = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [textOf(name), textOf(one)]),
    );
    return fields.length === 0 ? "" : `?${new URLSearchParams(fields)}`.slice(0, longestQuery);
  });
};

const json = "application/json";
const mediaTypes = [
  json,
  json,
  json,
  "application/json; charset=utf-8",
  'application/json; charset="UTF8"',
  "application/json; charset=utf-16",
  "application/JSON;x=1",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "json",
  "",
];
const spoil: ((text: string) => string)[] = [
  (text) => text.slice(0, text.length / 2),
  (text) => `\ufeff${text}`,
  (text) => `${text}${text}`,
  (text) => text.replace(/":/, '":"'),
  (text) => `[${text}]`,
  () => "",
  () => "\u0000",
  () => "null",
];

type Body = { body: string | undefined; headers: Record<string, string> };

const bodyOf = ({ requestBody }: Call, { hints, documents }: Ground): fc.Arbitrary<Body> => {
  const schema = requestBody?.content?.[json]?.schema;
  if (schema === undefined) return fc.constant({ body: undefined, headers: {} });
  const context = { hints, resolve: documents.resolve.openapi };
  const sent = nearValid(valuesOf(schema, context)).map((value) => JSON.stringify(value) ?? "");
  const spoilt = fc.tuple(sent, fc.constantFrom(...spoil)).map(([text, act]) => act(text));
  const texts = fc.oneof({ weight: 8, arbitrary: sent }, { weight: 1, arbitrary: spoilt });
  const types = fc.oneof({ weight: 6, arbitrary: fc.constant(json) }, fc.constantFrom(...mediaTypes));
  const withBody = fc.tuple(texts, types).map(([body, type]): Body => ({ body, headers: { "content-type": type } }));
  return fc.oneof(
    { weight: 12, arbitrary: withBody },
    { weight: 1, arbitrary: fc.constant({ body: undefined, headers: {} }) },
  );
};

const callers = ({ people, outsiderId }: Ground): fc.Arbitrary<Record<string, string>> => {
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const owner = bearer(tokenFor(people.ownerId));
  const key = { "x-api-key": apiKey };
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(owner, bearer(tokenFor(people.seekerId))) },
    { weight: 5, arbitrary: fc.constant(key) },
    { weight: 2, arbitrary: fc.constantFrom({ ...owner, ...key }, bearer(tokenFor(outsiderId))) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        {},
        bearer("x"),
        bearer(tokenFor("")),
        bearer(tokenFor("a", { nbf: 32_503_680_000 } as object)),
        bearer(tokenFor("a", { expiresInS: -60 })),
        { authorization: "Basic eDp4" },
        { "x-api-key": "wrong" },
        { ...owner, "x-api-key": "wrong" },
      ),
    },
  );
};

const strange = fc.constantFrom<Record<string, string>>(
  {},
  {},
  {},
  { accept: "text/html" },
  { "x-request-id": "x".repeat(2_000) },
  { "x-forwarded-for": "not an address, 1.2.3.4:99" },
  { "content-encoding": "gzip" },
  { "x-http-method-override": "DELETE" },
  { origin: "null" },
);

/** Calls after which a user cannot do anything here any more: they are made for users who do nothing else. */
const endUsers = new Set(["revokeUser"]);
const hintsOf = ({ operationId }: Call, { hints }: Ground): Ground["hints"] =>
  endUsers.has(operationId) ? { ...hints, userId: fc.nat({ max: 30 }).map((n) => `ended-${n}`) } : hints;

/** Requests of a call: mostly as the OpenAPI document has it, nearly so, and now and then with another method. */
const requestsOf = (call: Call, ground: Ground): fc.Arbitrary<Fuzzed> => {
  const context = { hints: hintsOf(call, ground), resolve: ground.documents.resolve.openapi };
  const valid = (name: string, schema: Schema): Text =>
    valuesOf({ type: "object", properties: { [name]: schema }, required: [name] }, context).map((made) =>
      textOf((made as Record<string, unknown>)[name]),
    );
  const method = fc.oneof(
    { weight: 20, arbitrary: fc.constant(call.method) },
    { weight: 1, arbitrary: fc.constantFrom("get", "put", "post", "delete", "options", "propfind") },
  );
  const parts = fc.tuple(method, pathOf(call, valid), queryOf(call, ground), bodyOf(call, ground));
  return fc.tuple(parts, callers(ground), strange).map(([[verb, path, query, { body, headers }], caller, more]) => ({
    operationId: call.operationId,
    isItsPath: verb === call.method && path.split("/").slice(1).every(isPlain),
    request: {
      method: verb.toUpperCase(),
      path: `${path}${query}`,
      headers: { ...headers, ...caller, ...more },
      body: verb === "get" ? undefined : body,
    },
  }));
};

/** Requests of all calls that the OpenAPI document has. */
export const fuzzedRequests = (ground: Ground): fc.Arbitrary<Fuzzed> =>
  fc.oneof(...ground.documents.calls.map((call) => requestsOf(call, ground)));
