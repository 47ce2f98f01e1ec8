import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { anApprovedChat, ask, type Client, callAs, callAsService, collect, connect } from "../support/chat-client.ts";
import type { NodeProcess } from "../support/node-process.ts";

export const roles = ["owner", "seeker"] as const;
export type Role = (typeof roles)[number];
type Marks = Record<Role, number>;
export type Said = { seq: number; content: string };

/** What must be so: worked out from what was done, without a look at the service. */
export type Model = {
  status: "active" | "readonly" | "closed";
  lastSeq: number;
  /** By seq, what people wrote. */
  said: Map<number, { role: Role; content: string }>;
  /** By role and clientMessageId. */
  keys: Map<string, Said>;
  read: Marks;
  delivered: Marks;
};

/** A new chat has its system message, which nobody has read. */
export const newModel = (): Model => ({
  status: "active",
  lastSeq: 1,
  said: new Map(),
  keys: new Map(),
  read: { owner: 0, seeker: 0 },
  delivered: { owner: 0, seeker: 0 },
});

/** Where somebody does something: as whom, on which node, over which edge. */
export type Way = { role: Role; node: 0 | 1; edge: "socket" | "rest" };
/** `code`: why not, null where it was done. */
export type Outcome = { code: string | null; body: Record<string, never> };

/** Two people with a chat of their own, each with a socket on both nodes. */
export type TwoPeople = {
  chatId: string;
  send: (way: Way, content: string, clientMessageId: string | undefined) => Promise<Outcome>;
  markRead: (way: Way, seq: number | undefined) => Promise<Outcome>;
  markDelivered: (way: Way, seq: number) => Promise<Outcome>;
  changeStatus: (way: Way | "service", status: Model["status"]) => Promise<Outcome>;
  join: (way: Way, afterSeq: number) => Promise<{ messages: Message[]; hasMore: boolean; chat: Chat }>;
  page: (way: Way, range: string) => Promise<{ messages: Message[]; hasMore: boolean }>;
  inbox: (way: Way) => Promise<Chat>;
  /** What each socket that has joined was told, by seq. */
  heard: { sinceSeq: number; messages: Message[] }[];
  leave: () => void;
};

type Users = Record<Role, string>;

const socketsOf = async (nodes: readonly NodeProcess[], users: Users) => {
  const both = async (role: Role): Promise<Client[]> => Promise.all(nodes.map((node) => connect(node, users[role])));
  return { owner: await both("owner"), seeker: await both("seeker") };
};

const fromAck = (answer: Record<string, unknown>): Outcome => ({
  code: answer["ok"] === true ? null : (answer["error"] as { code: string }).code,
  body: answer as Record<string, never>,
});

const fromHttp = ({ status, body }: { status: number; body: Record<string, unknown> }): Outcome => ({
  code: status < 300 ? null : String(body["code"]),
  body: body as Record<string, never>,
});

export const bringTwoPeople = async (nodes: readonly [NodeProcess, NodeProcess]): Promise<TwoPeople> => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(nodes[0]);
  const users: Users = { owner: ownerId, seeker: seekerId };
  const sockets = await socketsOf(nodes, users);
  const heard: TwoPeople["heard"] = [];
  const base = `/api/chat/${chatId}`;

  const overSocket = async ({ role, node }: Way, event: string, payload: object): Promise<Outcome> => {
    const socket = sockets[role][node];
    if (socket === undefined) throw new Error("no such socket");
    return fromAck(await ask(socket, event, { chatId, ...payload }));
  };
  const overRest = async ({ role, node }: Way, method: string, path: string, body?: object): Promise<Outcome> =>
    fromHttp(await callAs(nodes[node], users[role], method, path, body));

  return {
    chatId,
    heard,
    send: (way, content, clientMessageId) => {
      const message = { type: "text", content, ...(clientMessageId !== undefined && { clientMessageId }) };
      if (way.edge === "socket") return overSocket(way, "send_message", message);
      return overRest(way, "POST", `${base}/message`, message);
    },
    markRead: (way, seq) => {
      const mark = seq === undefined ? {} : { seq };
      if (way.edge === "socket") return overSocket(way, "mark_read", mark);
      return overRest(way, "PUT", `${base}/read`, mark);
    },
    markDelivered: (way, seq) => overSocket(way, "mark_delivered", { seq }),
    changeStatus: async (way, status) => {
      if (way !== "service") return overRest(way, "PUT", `${base}/status`, { status });
      return fromHttp(await callAsService(nodes[0], "PUT", `${base}/status`, { status }));
    },
    join: async (way, afterSeq) => {
      const socket = sockets[way.role][way.node];
      if (socket) heard.push({ sinceSeq: afterSeq, messages: collect(socket, "receive_message") });
      const { code, body } = await overSocket(way, "join_chat", { afterSeq, limit: 200 });
      if (code !== null) throw new Error(`a join was refused: ${code}`);
      return body as never;
    },
    page: async (way, range) => {
      const { code, body } = await overRest(way, "GET", `${base}/messages?${range}`);
      if (code !== null) throw new Error(`a page was refused: ${code}`);
      return body as never;
    },
    inbox: async (way) => {
      const { body } = await overRest(way, "GET", `/api/chat/user/${users[way.role]}`);
      const [chat] = body["chats"] as unknown as Chat[];
      if (chat === undefined) throw new Error("the chat is not in the inbox");
      return chat;
    },
    leave: () => [...sockets.owner, ...sockets.seeker].forEach((socket) => void socket.disconnect()),
  };
};
