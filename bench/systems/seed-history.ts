import { mongo } from "mongoose";
import type { BenchChat } from "../load/people.ts";
import type { RunningSystem } from "./system.ts";

const batch = 5_000;
const words = "Is the room still free from the first of May? I could come and have a look at it on Friday evening.";
const content = (number: number): string => `#${number} ${words}`;

type Make = (number: number, sender: { senderId: string; role: "owner" | "seeker" }) => mongo.BSON.Document;

// The state of the newest entry, computed from message to message as for a send.
const entriesAfter = (head: mongo.BSON.Document): Make => {
  const sent = { ...head["sent"] };
  return (seq, { senderId, role }) => {
    sent[role] = { seq, counted: seq };
    return {
      ...head,
      _id: new mongo.ObjectId(),
      seq,
      type: "text",
      senderId,
      content: content(seq),
      system: undefined,
      clientMessageId: `bench-${seq}`,
      createdAt: new Date(),
      counted: seq,
      shownSeq: seq,
      sent: { ...sent },
    };
  };
};

const plainMessages =
  (chatId: string): Make =>
  (number, { senderId }) => {
    const at = new Date();
    const chat = new mongo.ObjectId(chatId);
    return { chatId: chat, senderId, type: "text", content: content(number), readBy: [], createdAt: at, updatedAt: at };
  };

/** Fills a new chat up to a number of messages, directly in the database. */
export const seedHistory = async (
  { name, mongodbUri }: RunningSystem,
  chat: BenchChat,
  upTo: number,
  signal: AbortSignal,
) => {
  const client = await mongo.MongoClient.connect(mongodbUri, { ignoreUndefined: true });
  try {
    const messages = client.db().collection("messages");
    const head = await messages.findOne({ chatId: new mongo.ObjectId(chat.chatId) });
    if (head === null) throw new Error("the chat has no first message");
    const make = name === "ours" ? entriesAfter(head) : plainMessages(chat.chatId);
    for (let number = 2; number <= upTo; ) {
      signal.throwIfAborted();
      const documents: mongo.BSON.Document[] = [];
      for (; documents.length < batch && number <= upTo; number += 1) {
        const isOwner = number % 2 === 0;
        documents.push(
          make(
            number,
            isOwner ? { senderId: chat.ownerId, role: "owner" } : { senderId: chat.seekerId, role: "seeker" },
          ),
        );
      }
      await messages.insertMany(documents, { ordered: false, writeConcern: { w: 1 } });
    }
  } finally {
    await client.close();
  }
};
