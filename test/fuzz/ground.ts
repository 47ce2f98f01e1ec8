import * as fc from "fast-check";
import { anApprovedChat, ask, type Client, callAsService, connect, next } from "../support/chat-client.ts";
import { type NodeProcess, openNodeProcesses } from "../support/node-process.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, tokenFor } from "../support/start-node.ts";
import { aPicture, someBytes, uploaderOf, uploadSettings } from "../support/uploads.ts";
import { type Documents, loadDocuments } from "./documents.ts";
import type { Hints } from "./values-of.ts";

type TheirChat = Awaited<ReturnType<typeof anApprovedChat>>;

/** Two nodes on one database, as processes: what ends one of them ends no test. */
export type Ground = AsyncDisposable & {
  nodes: [NodeProcess, NodeProcess];
  documents: Documents;
  /** Two people with three chats between them: active, read-only and closed. */
  people: { ownerId: string; seekerId: string };
  /** Whom neither of them knows. */
  outsiderId: string;
  hints: Hints;
  /** Both nodes run, and two others, one on each, still talk. @throws otherwise */
  neighboursTalk: () => Promise<void>;
};

const openNeighbours = async (nodes: Ground["nodes"]) => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(nodes[0]);
  const [owner, seeker] = [await connect(nodes[0], ownerId), await connect(nodes[1], seekerId)];
  for (const socket of [owner, seeker]) await ask(socket, "join_chat", chatId);
  const talk = async (from: Client, to: Client): Promise<void> => {
    const content = uniqueName("still here");
    const heard = next(to, "receive_message", (message) => message.content === content);
    const answer = await ask(from, "send_message", { chatId, type: "text", content });
    if (answer["ok"] !== true) throw new Error(`a neighbour was refused: ${JSON.stringify(answer)}`);
    await heard;
  };
  return {
    talk: async () => void (await Promise.all([talk(owner, seeker), talk(seeker, owner)])),
    end: () => [owner, seeker].forEach((socket) => void socket.disconnect()),
  };
};

const threeChats = async (node: NodeProcess): Promise<TheirChat[]> => {
  const first = await anApprovedChat(node);
  const more = () => anApprovedChat(node, { ...first, bookingId: uniqueName("booking") });
  const chats = [first, await more(), await more()];
  for (const [index, status] of [
    [1, "readonly"],
    [2, "closed"],
  ] as const) {
    await callAsService(node, "PUT", `/api/chat/${chats[index]?.chatId}/status`, { status });
  }
  return chats;
};

/** Files of both people in the first chat: complete ones, and one that is not. */
const someUploads = async (node: NodeProcess, { chatId, ownerId, seekerId }: TheirChat): Promise<string[]> => {
  const [owner, seeker] = [uploaderOf(node, ownerId, chatId), uploaderOf(node, seekerId, chatId)];
  const { body } = await owner.begin(aPicture(someBytes()));
  return [body.attachment.id, (await owner.upload()).id, (await owner.upload()).id, (await seeker.upload()).id];
};

/** What gets past the first check, by the name of the field. */
const hintsFor = (
  chats: TheirChat[],
  uploads: string[],
  { ownerId, seekerId }: Ground["people"],
  outsiderId: string,
): Hints => {
  const people = fc.constantFrom(ownerId, seekerId, outsiderId);
  const seq = fc.oneof(fc.nat({ max: 40 }), fc.constant(Number.MAX_SAFE_INTEGER));
  const [first] = chats;
  return {
    chatId: fc.oneof(
      { weight: 5, arbitrary: fc.constant(first?.chatId) },
      { weight: 3, arbitrary: fc.constantFrom(...chats.map(({ chatId }) => chatId)) },
      { weight: 1, arbitrary: fc.constantFrom(first?.chatId.toUpperCase(), "0".repeat(24)) },
    ),
    attachmentId: fc.constantFrom(...uploads, "0".repeat(24)),
    id: fc.constantFrom(...uploads, "0".repeat(24)),
    seq,
    afterSeq: seq,
    before: seq,
    after: seq,
    userId: people,
    ownerId: people,
    seekerId: people,
    bookingId: fc.oneof(
      fc.constantFrom(...chats.map(({ bookingId }) => bookingId)),
      fc.nat({ max: 30 }).map((n) => `fuzzed-${n}`),
    ),
    clientMessageId: fc.nat({ max: 20 }).map((n) => `key-${n}`),
    content: fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("Hello!", "line\nline", "e\u0301", "👍🏽")),
    url: fc
      .oneof(fc.webPath(), fc.constantFrom("/a.jpg", "/a b", "/?q=1#x", ""))
      .map((path) => `https://images.example.com${path}`),
    token: fc.constantFrom(...[ownerId, seekerId, outsiderId].map((userId) => tokenFor(userId))),
  };
};

/** Brings up all that a fuzz stands on. */
export const openGround = async (): Promise<Ground> => {
  const processes = await openNodeProcesses();
  const settings = { MONGODB_URI: databaseUri(uniqueName("fuzz")), LOG_LEVEL: "error", ...uploadSettings() };
  const nodes: Ground["nodes"] = [await processes.startNode(settings), await processes.startNode(settings)];
  const chats = await threeChats(nodes[0]);
  const [first] = chats;
  if (first === undefined) throw new Error("there is no chat");
  const { ownerId, seekerId } = first;
  const outsiderId = uniqueName("outsider");
  const neighbours = await openNeighbours(nodes);
  const pids = nodes.map((node) => node.pid());
  return {
    nodes,
    documents: await loadDocuments(nodes[0]),
    people: { ownerId, seekerId },
    outsiderId,
    hints: hintsFor(chats, await someUploads(nodes[0], first), { ownerId, seekerId }, outsiderId),
    neighboursTalk: async () => {
      if (nodes.some((node, index) => !node.isRunning() || node.pid() !== pids[index])) throw new Error("a node ended");
      await neighbours.talk();
    },
    [Symbol.asyncDispose]: async () => {
      neighbours.end();
      await processes[Symbol.asyncDispose]();
    },
  };
};
