import { z } from "zod";
import { allowNullForOptional } from "./null-for-optional.ts";

/** One kind of message on a channel: its zod schema, and what it is for. */
export type Described = { summary: string; schema: z.ZodType };
/** Something that is asked for, and what is answered. */
export type Asked = Described & { answer: z.ZodType };
/** A kind of record on a topic. `contentType` where it is not JSON; `headers` those that mean something to its readers. */
export type TopicMessage = Described & { key: z.ZodType; contentType?: string; headers?: z.ZodType };
/** A topic's records; other kinds of them by a word that tells them apart. */
export type Topic = TopicMessage & { others?: Record<string, TopicMessage> };

export type AsyncApiParts = {
  /** Socket.IO, client → server. */
  clientEvents: Record<string, Asked>;
  /** Socket.IO, server → client. */
  serverEvents: Record<string, Described>;
  /** Kafka topics that are consumed, and those that are published to. */
  topicsIn: Record<string, Topic>;
  topicsOut: Record<string, Topic>;
};

type Json = Record<string, unknown>;
type Reference = { $ref: string };
type Direction = "in" | "out";

type Channel = {
  address: string;
  title: string;
  description: string;
  servers: Reference[];
  messages: Record<string, Reference>;
};
type Operation = {
  action: "send" | "receive";
  channel: Reference;
  summary: string;
  messages: Reference[];
  reply?: { channel: Reference; messages: Reference[] };
};
type AsyncApiMessage = {
  name: string;
  title: string;
  summary: string;
  contentType?: string;
  headers?: Json;
  payload: Json;
  bindings?: { kafka: { key: Json; bindingVersion: "0.5.0" } };
};

/** AsyncAPI 3.0, as far as this service uses it. */
export type AsyncApiDocument = {
  asyncapi: "3.0.0";
  info: Json;
  defaultContentType: "application/json";
  servers: Record<string, Json>;
  channels: Record<string, Channel>;
  operations: Record<string, Operation>;
  components: { messages: Record<string, AsyncApiMessage>; schemas: Record<string, Json> };
};

const refTo = (...path: string[]): Reference => ({
  $ref: `#/${path.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
});

const localRefs = /^#\/definitions\//;

/** Turns `#/definitions/Chat` into `#/components/schemas/Chat`, all through a schema. */
const withGlobalRefs = (schema: Json): Json =>
  Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      name === "$ref" && typeof value === "string" ? value.replace(localRefs, "#/components/schemas/") : inner(value),
    ]),
  );

const inner = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inner);
  return typeof value === "object" && value !== null ? withGlobalRefs({ ...value }) : value;
};

/** Schemas as JSON Schema draft 7, AsyncAPI's own; those with an id are gathered in `shared` and referred to. */
const createToJsonSchema =
  (shared: Record<string, Json>) =>
  (schema: z.ZodType, direction: Direction): Json => {
    const jsonSchema = z.toJSONSchema(schema, {
      target: "draft-7",
      io: direction === "in" ? "input" : "output",
      override: ({ jsonSchema: part }) => {
        // What we send may grow; and the pattern says no more than the format.
        if (part.additionalProperties === false) delete part.additionalProperties;
        if (direction === "in") allowNullForOptional(part);
        if (part.format === "date-time") delete part.pattern;
      },
    });
    delete jsonSchema.$schema;
    const { definitions, ...own } = withGlobalRefs(jsonSchema);
    Object.assign(shared, definitions);
    return own;
  };

const info = {
  title: "Chat events",
  version: "1.0.0",
  description:
    "What the chat says and hears live over Socket.IO, and on Kafka. Over Socket.IO every client event takes an ack: `{ ok: true, … }` or `{ ok: false, error }`. An optional field that is null counts as left out. Live delivery is at most once; `seq` tells what is missing, and `join_chat` with `afterSeq` brings it.",
  license: { name: "MIT" },
};

const servers = {
  socket: {
    host: "{host}",
    protocol: "ws",
    description: "Socket.IO 4, default path and namespace, websocket. Connect with `auth: { token }`.",
    variables: { host: { default: "localhost:5002" } },
  },
  kafka: { host: "{brokers}", protocol: "kafka", variables: { brokers: { default: "localhost:9092" } } },
};

/**
 * What goes over Socket.IO and Kafka as AsyncAPI 3.0, from the zod schemas that parse it. `receive` and `send` are
 * this service's: it receives what clients send.
 */
export const createAsyncApi = (parts: AsyncApiParts): AsyncApiDocument => {
  const schemas: Record<string, Json> = {};
  const messages: Record<string, AsyncApiMessage> = {};
  const channels: Record<string, Channel> = {};
  const operations: Record<string, Operation> = {};
  const toJsonSchema = createToJsonSchema(schemas);

  const kafkaParts = ({ key, contentType, headers }: TopicMessage, direction: Direction) => ({
    ...(contentType !== undefined && { contentType }),
    ...(headers && { headers: toJsonSchema(headers, direction) }),
    bindings: { kafka: { key: toJsonSchema(key, direction), bindingVersion: "0.5.0" as const } },
  });

  /** Adds a message to a channel and returns the reference by which the channel's operations name it. */
  const addMessage = (
    channel: string,
    key: string,
    name: string,
    described: Described | TopicMessage,
    direction: Direction,
  ) => {
    const { summary, schema } = described;
    const onKafka = "key" in described ? kafkaParts(described, direction) : {};
    messages[key] = { name, title: name, summary, ...onKafka, payload: toJsonSchema(schema, direction) };
    const known = channels[channel];
    if (known) known.messages[key] = refTo("components", "messages", key);
    return refTo("channels", channel, "messages", key);
  };

  const addChannel = (key: string, address: string, server: keyof typeof servers, description: string) => {
    channels[key] = { address, title: key, description, servers: [refTo("servers", server)], messages: {} };
    return refTo("channels", key);
  };

  const socket = addChannel(
    "socket",
    "/",
    "socket",
    "The default namespace of Socket.IO; a message's name is its event.",
  );
  for (const [name, asked] of Object.entries(parts.clientEvents)) {
    const ack = { summary: `The ack of ${name}.`, schema: asked.answer };
    operations[name] = {
      action: "receive",
      channel: socket,
      summary: asked.summary,
      messages: [addMessage("socket", name, name, asked, "in")],
      reply: { channel: socket, messages: [addMessage("socket", `${name}_ack`, `${name} ack`, ack, "out")] },
    };
  }
  for (const [name, described] of Object.entries(parts.serverEvents)) {
    const message = addMessage("socket", name, name, described, "out");
    operations[name] = { action: "send", channel: socket, summary: described.summary, messages: [message] };
  }

  const addTopics = (topics: Record<string, Topic>, direction: Direction): void => {
    for (const [topic, { others = {}, ...described }] of Object.entries(topics)) {
      const key = `kafka.${topic}`;
      const channel = addChannel(key, topic, "kafka", described.summary);
      operations[key] = {
        action: direction === "in" ? "receive" : "send",
        channel,
        summary: described.summary,
        messages: [
          addMessage(key, key, topic, described, direction),
          ...Object.entries(others).map(([kind, other]) =>
            addMessage(key, `${key}.${kind}`, `${topic} ${kind}`, other, direction),
          ),
        ],
      };
    }
  };
  addTopics(parts.topicsIn, "in");
  addTopics(parts.topicsOut, "out");

  return {
    asyncapi: "3.0.0",
    info,
    defaultContentType: "application/json",
    servers,
    channels,
    operations,
    components: { messages, schemas },
  };
};
