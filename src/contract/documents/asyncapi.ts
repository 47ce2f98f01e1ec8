import type { z } from "zod";
import { createToJsonSchema, type Direction, type Json } from "./json-schemas.ts";
import { nameSchema, typeName } from "./name-schemas.ts";

/** One kind of message on a channel: its zod schema, and its purpose. */
export type Described = { summary: string; schema: z.ZodType };
/** A request, and its answer. */
export type Asked = Described & { answer: z.ZodType; example: unknown };
/** A kind of record on a topic. `contentType` if it is not JSON; `headers`: those that its readers use. */
export type TopicMessage = Described & { key: z.ZodType; contentType?: string; headers?: z.ZodType };
/** A topic's records; `others`: its other kinds of records, by name. */
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

type Reference = { $ref: string };

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
  examples?: { payload: unknown }[];
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

const info = {
  title: "Chat events",
  version: "1.0.0",
  description:
    "What the chat sends and receives live over Socket.IO, and on Kafka. Over Socket.IO every client event has an ack: `{ ok: true, … }` or `{ ok: false, error }`. An optional field that is null counts as left out. Live delivery is at most once; `seq` shows what is missing, and `join_chat` with `afterSeq` fetches it.",
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

/** What Kafka adds to a message: the record's key and headers. */
const kafkaParts = (
  { key, contentType, headers }: TopicMessage,
  toJsonSchema: (schema: z.ZodType) => Json,
): Pick<AsyncApiMessage, "contentType" | "headers" | "bindings"> => ({
  ...(contentType !== undefined && { contentType }),
  ...(headers && { headers: toJsonSchema(headers) }),
  bindings: { kafka: { key: toJsonSchema(key), bindingVersion: "0.5.0" } },
});

/** Gathers the channels of a document, their messages, and the schemas that these share. */
const createChannels = () => {
  const schemas: Record<string, Json> = {};
  const messages: Record<string, AsyncApiMessage> = {};
  const channels: Record<string, Channel> = {};
  const toJsonSchema = createToJsonSchema(schemas);
  return {
    schemas,
    messages,
    channels,
    /** @returns the reference by which operations name the channel */
    addChannel: (key: string, address: string, server: keyof typeof servers, description: string): Reference => {
      channels[key] = { address, title: key, description, servers: [refTo("servers", server)], messages: {} };
      return refTo("channels", key);
    },
    /** @returns the reference by which the channel's operations name the message */
    addMessage: (
      channel: string,
      key: string,
      name: string,
      described: Described | Asked | TopicMessage,
      direction: Direction,
    ): Reference => {
      const toSchema = (schema: z.ZodType): Json => toJsonSchema(schema, direction);
      const onKafka = "key" in described ? kafkaParts(described, toSchema) : {};
      messages[key] = {
        name,
        title: name,
        summary: described.summary,
        ...onKafka,
        payload: toSchema(described.schema),
        ...("example" in described && { examples: [{ payload: described.example }] }),
      };
      const known = channels[channel];
      if (known) known.messages[key] = refTo("components", "messages", key);
      return refTo("channels", channel, "messages", key);
    },
  };
};

type Channels = ReturnType<typeof createChannels>;
type Operations = Record<string, Operation>;

const socketOperations = (
  { addChannel, addMessage }: Channels,
  { clientEvents, serverEvents }: AsyncApiParts,
): Operations => {
  const description = "The default namespace of Socket.IO; a message's name is its event.";
  const channel = addChannel("socket", "/", "socket", description);
  const operations: Operations = {};
  for (const [name, asked] of Object.entries(clientEvents)) {
    const ack = { summary: `The ack of ${name}.`, schema: asked.answer };
    operations[name] = {
      action: "receive",
      channel,
      summary: asked.summary,
      messages: [addMessage("socket", name, name, asked, "in")],
      reply: { channel, messages: [addMessage("socket", `${name}_ack`, `${name} ack`, ack, "out")] },
    };
  }
  for (const [name, described] of Object.entries(serverEvents)) {
    const message = addMessage("socket", name, name, described, "out");
    operations[name] = { action: "send", channel, summary: described.summary, messages: [message] };
  }
  return operations;
};

const topicOperations = (
  { addChannel, addMessage }: Channels,
  topics: Record<string, Topic>,
  direction: Direction,
): Operations => {
  const operations: Operations = {};
  for (const [topic, { others = {}, ...described }] of Object.entries(topics)) {
    const key = `kafka.${topic}`;
    operations[key] = {
      action: direction === "in" ? "receive" : "send",
      channel: addChannel(key, topic, "kafka", described.summary),
      summary: described.summary,
      messages: [
        addMessage(key, key, topic, described, direction),
        ...Object.entries(others).map(([kind, other]) =>
          addMessage(key, `${key}.${kind}`, `${topic} ${kind}`, other, direction),
        ),
      ],
    };
  }
  return operations;
};

/**
 * What goes over Socket.IO and Kafka as AsyncAPI 3.0, from the zod schemas that parse it. `receive` and `send` are
 * from this service's view: it receives what clients send.
 */
export const createAsyncApi = (parts: AsyncApiParts): AsyncApiDocument => {
  const gathered = createChannels();
  const operations = {
    ...socketOperations(gathered, parts),
    ...topicOperations(gathered, parts.topicsIn, "in"),
    ...topicOperations(gathered, parts.topicsOut, "out"),
  };
  const { channels, messages, schemas } = gathered;
  for (const [name, schema] of Object.entries(schemas)) nameSchema(schema, name);
  for (const [key, { headers, payload }] of Object.entries(messages)) {
    // `kafka.chat.events` → `ChatEvents`, `send_message_ack` → `SendMessageAck`
    const name = typeName(key.replace(/^kafka\./, ""));
    if (!("$ref" in payload)) payload["title"] ??= name;
    nameSchema(payload, name);
    if (headers) nameSchema(headers, `${name}Headers`);
  }
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
