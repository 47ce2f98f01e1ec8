import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Schema } from "./values-of.ts";

type Media = { content?: Record<string, { schema?: Schema }> };
type Parameter = { name: string; in: "path" | "query" | "header"; required?: boolean; schema: Schema };
type Operation = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Media;
  responses: Record<string, Media>;
};

/** `path` as in the document: `/api/chat/{chatId}`. */
export type Call = Operation & { method: string; path: string };
/** Socket.IO's part of the AsyncAPI document, by event. */
export type ClientEvent = { name: string; payload: Schema };

export type Documents = {
  calls: Call[];
  clientEvents: ClientEvent[];
  resolve: { openapi: (ref: string) => Schema; asyncapi: (ref: string) => Schema };
  /** What is wrong with an answer of REST, null where nothing is. */
  wrongAnswer: (call: Call, status: number, mediaType: string, body: unknown) => string | null;
  /** What is wrong with any failure of REST, whatever was asked. */
  wrongProblem: (body: unknown) => string | null;
  /** What is wrong with a message of a socket: an ack's is called `send_message_ack`. */
  wrongMessage: (name: string, payload: unknown) => string | null;
};

const methods = ["get", "post", "put", "patch", "delete"];
const token = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("%", "%25");
const pointer = (...parts: string[]): string => `#/${parts.map(token).map(encodeURI).join("/")}`;

const at = (document: object, ref: string): unknown =>
  ref
    .slice(2)
    .split("/")
    .map((part) => decodeURI(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);

const load = async (url: string, name: string): Promise<Record<string, never>> =>
  (await fetch(`${url}/api/chat/docs/${name}.json`)).json() as Promise<Record<string, never>>;

/** Checks values against places of a document, each compiled once. */
const checkerOf = (document: object, id: string) => {
  const formats = {
    "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
    uri: true,
    "uri-reference": true,
  } as const;
  const ajv = new Ajv2020({ strict: false, allErrors: false, formats });
  ajv.addSchema(document, id, false, false);
  const compiled = new Map<string, ValidateFunction>();
  return (ref: string, value: unknown): string | null => {
    const check = compiled.get(ref) ?? ajv.compile({ $ref: `${id}${ref}` });
    compiled.set(ref, check);
    return check(value) ? null : ajv.errorsText(check.errors);
  };
};

/** What a node says of itself, which is made of the schemas that parse what comes in. */
export const loadDocuments = async ({ url }: { url: string }): Promise<Documents> => {
  const [openapi, asyncapi] = [await load(url, "openapi"), await load(url, "asyncapi")];
  const checkRest = checkerOf(openapi, "https://docs.example/openapi.json");
  const checkSocket = checkerOf(asyncapi, "https://docs.example/asyncapi.json");
  const paths: Record<string, Record<string, Operation>> = openapi["paths"] ?? {};
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    methods.flatMap((method) => {
      const operation = operations[method];
      return operation === undefined ? [] : [{ ...operation, method, path }];
    }),
  );
  const operations: Record<string, { action: string; channel: { $ref: string } }> = asyncapi["operations"] ?? {};
  const messages = at(asyncapi, "#/components/messages") as Record<string, { payload: Schema }>;
  const clientEvents = Object.entries(operations)
    .filter(([, { action, channel }]) => action === "receive" && channel.$ref === "#/channels/socket")
    .map(([name]) => ({ name, payload: messages[name]?.payload ?? {} }));

  return {
    calls,
    clientEvents,
    resolve: { openapi: (ref) => at(openapi, ref) as Schema, asyncapi: (ref) => at(asyncapi, ref) as Schema },
    wrongAnswer: ({ path, method, responses }, status, mediaType, body) => {
      const response = responses[String(status)];
      if (response === undefined) return `the status ${status} is not documented`;
      if (response.content === undefined) return null;
      if (!Object.hasOwn(response.content, mediaType)) return `${mediaType} is not documented for ${status}`;
      const place = ["paths", path, method, "responses", String(status), "content", mediaType, "schema"];
      return checkRest(pointer(...place), body);
    },
    wrongProblem: (body) => checkRest("#/components/schemas/Problem", body),
    wrongMessage: (name, payload) => {
      if (messages[name] === undefined) return `the event ${name} is not documented`;
      return checkSocket(pointer("components", "messages", name, "payload"), payload);
    },
  };
};
