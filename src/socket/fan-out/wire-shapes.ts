import { entryTypes, type Message } from "../../chat/log/entry.ts";
import { isServiceType } from "../../chat/log/entry-kinds.ts";
import type { ServerToClientEvents } from "../../contract/server-events.ts";
import { typingWordSchema } from "../events/typing-words.ts";
import { field } from "../untyped-field.ts";
import type { PeerWord } from "./peers.ts";

// Checks the messages of nodes and consumers through Redis like any input, since anybody who can write to Redis can send
// anything. The checks are written by hand and copy nothing, since every node runs them for every message. Fields that a
// newer version adds pass, within the limits: a node that is updated later must not lose messages of newer nodes.

type Check = (value: unknown) => boolean;

const deepest = 6;
/** The most values in one payload, counting each field; a chat with its last message has some fifty. */
const mostValues = 400;
const mostRooms = 1_000;

const objectId = /^[0-9a-f]{24}$/;
const userId = /^[A-Za-z0-9_\-.:]{1,128}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const isObjectId = matches(objectId);
const isUserId = matches(userId);
const isTime = matches(time);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isText: Check = (value) => typeof value === "string";
const isOneOf =
  (words: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && words.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value has few parts and little nesting, since clients' encoders and our own process it recursively. */
const isSmall = (value: unknown): boolean => {
  let left = mostValues;
  const fits = (part: unknown, depth: number): boolean => {
    if (typeof part !== "object" || part === null) return true;
    if (depth === 0) return false;
    for (const key in part) {
      left -= 1;
      if (left < 0 || !fits(Reflect.get(part, key), depth - 1)) return false;
    }
    return true;
  };
  return fits(value, deepest);
};

const isAttachment = (value: unknown): boolean => {
  if (value === undefined) return true;
  const url = field(value, "url");
  return isObject(value) && isText(value["name"]) && (url === undefined || isHttps(url));
};
const isHttps: Check = (value) => typeof value === "string" && value.startsWith("https://");

const isType = isOneOf(entryTypes);
/** Only the service's messages have type `system`, and a person's message has a sender. */
const isSender = (type: unknown, sender: unknown): boolean =>
  isServiceType(type) ? orNull(isUserId)(sender) : isUserId(sender);

const isMessage = (value: unknown): value is Fields =>
  isObject(value) &&
  isObjectId(value["id"]) &&
  isObjectId(value["chatId"]) &&
  isCount(value["seq"]) &&
  isType(value["type"]) &&
  isSender(value["type"], value["senderId"]) &&
  isText(value["content"]) &&
  isTime(value["createdAt"]) &&
  isAttachment(value["attachment"]);

const isStatus = isOneOf(["active", "readonly", "closed"]);

const isChat = (value: unknown): value is Fields =>
  isObject(value) &&
  isObjectId(value["id"]) &&
  isUserId(value["bookingId"]) &&
  isUserId(value["ownerId"]) &&
  isUserId(value["seekerId"]) &&
  isStatus(value["status"]) &&
  isCount(value["lastSeq"]) &&
  isCount(value["unreadCount"]) &&
  orNull(isMessage)(value["lastMessage"]) &&
  isObject(value["read"]) &&
  isObject(value["delivered"]) &&
  // A node that is rolled later does not send it.
  (value["mutedUntil"] === undefined || orNull(isTime)(value["mutedUntil"])) &&
  isTime(value["updatedAt"]);

const isReceipt = (value: unknown): value is Fields =>
  isObject(value) &&
  isObjectId(value["chatId"]) &&
  isUserId(value["userId"]) &&
  isCount(value["seq"]) &&
  isTime(value["at"]);

const isPresence = (value: unknown): value is Fields =>
  isObject(value) &&
  isUserId(value["userId"]) &&
  typeof value["online"] === "boolean" &&
  orNull(isTime)(value["lastSeenAt"]);

/** A payload and the rooms it may go to. */
type Rule = { shape: Check; rooms: (payload: unknown, rooms: unknown[]) => boolean };

const isRoomOf = (prefix: "chat:" | "user:", id: unknown, rooms: unknown[]): boolean =>
  typeof id === "string" && rooms.length === 1 && rooms[0] === prefix + id;
const toItsChat: Rule["rooms"] = (payload, rooms) => isRoomOf("chat:", field(payload, "chatId"), rooms);
const toItsPeople: Rule["rooms"] = (payload, rooms) =>
  isRoomOf("user:", field(payload, "ownerId"), rooms) || isRoomOf("user:", field(payload, "seekerId"), rooms);
const toUsers: Rule["rooms"] = (_payload, rooms) =>
  rooms.every((room) => typeof room === "string" && room.startsWith("user:") && isUserId(room.slice(5)));

/** These events go only to sockets of one node, never over Redis. */
type OfOneNode = "welcome" | "chat_joined" | "resync" | "auth_expiring" | "user_typing";
type BroadcastEvent = Exclude<keyof ServerToClientEvents, OfOneNode>;
type Heard = Pick<Message, "chatId" | "seq" | "id">;
type Broadcast = [
  uid: string,
  packet: { data: ["receive_message", Heard] | [Exclude<BroadcastEvent, "receive_message">, object] },
  options: object,
];

const rules = new Map<unknown, Rule>(
  Object.entries({
    receive_message: { shape: isMessage, rooms: toItsChat },
    message_changed: { shape: isMessage, rooms: toItsChat },
    messages_read: { shape: isReceipt, rooms: toItsChat },
    messages_delivered: { shape: isReceipt, rooms: toItsChat },
    chat_created: { shape: isChat, rooms: toItsPeople },
    chat_updated: { shape: isChat, rooms: toItsPeople },
    presence: { shape: isPresence, rooms: toUsers },
  } satisfies Record<BroadcastEvent, Rule>),
);

const isUnset: Check = (flags) => flags === undefined || (isObject(flags) && Object.keys(flags).length === 0);

/** `{ rooms, except, flags }`: rooms without exceptions, and no flags, with which a sender could ask for answers. */
const roomsIn = (options: unknown): unknown[] | null => {
  if (!isObject(options)) return null;
  const { rooms, except, flags } = options;
  const isPlain = (except === undefined || (Array.isArray(except) && except.length === 0)) && isUnset(flags);
  return isPlain && Array.isArray(rooms) && rooms.length > 0 && rooms.length <= mostRooms ? rooms : null;
};

/**
 * Whether this is a broadcast of ours, `["Xk2b9A",{"type":2,"data":["receive_message",{…}],"nsp":"/"},{"rooms":[…]}]`:
 * one of our events, with its shape, to rooms it may go to.
 */
export const isBroadcast = (said: unknown): said is Broadcast => {
  if (!Array.isArray(said) || said.length !== 3 || !isText(said[0])) return false;
  const [, packet, options] = said;
  const [data, rooms] = [field(packet, "data"), roomsIn(options)];
  const isEvent = field(packet, "type") === 2 && field(packet, "nsp") === "/" && field(packet, "id") === undefined;
  if (!isEvent || rooms === null || !Array.isArray(data) || data.length !== 2) return false;
  const [event, payload] = data;
  const rule = rules.get(event);
  return rule !== undefined && rule.shape(payload) && rule.rooms(payload, rooms) && isSmall(payload);
};

const peerWords = ["alive", "listens", "ended"] satisfies PeerWord[];
const resyncReasons = ["redis_was_away", "node_was_lost"];

const serverSideEmit = 6;

/**
 * Whether this is a call between our processes that asks for no answer:
 * `{"uid":"Xk2b9A","type":6,"data":["peer","alive","1f0c…"]}`.
 */
export const isPeerCall = (request: unknown): boolean => {
  if (!isObject(request) || request["type"] !== serverSideEmit || request["requestId"] !== undefined) return false;
  const { data } = request;
  if (!Array.isArray(data)) return false;
  if (data[0] === "peer") return data.length === 3 && isOneOf(peerWords)(data[1]) && matches(uuid)(data[2]);
  if (data[0] === "typing") return data.length === 2 && typingWordSchema.safeParse(data[1]).success;
  return data[0] === "resync" && data.length === 2 && isOneOf(resyncReasons)(data[1]);
};
