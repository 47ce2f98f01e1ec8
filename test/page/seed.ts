import { mongo } from "mongoose";
import type { DemoStack } from "./demo-stack.ts";
import type { Demo } from "./fixtures.ts";

/** The id of the chat that the page has open. */
export const openChatId = (demo: Demo): string => new URL(demo.page.url()).hash.replace("#/chat/", "");

/**
 * Writes texts of one person directly into the log, one after the other from its end: sending so many would take a minute.
 * The chat's card follows with the next message that is sent.
 * `dayOf`: how many days ago the message with a seq was written
 */
export async function seedTexts(
  stack: DemoStack,
  chatId: string,
  { sender, count, dayOf = () => 0 }: { sender: "owner" | "seeker"; count: number; dayOf?: (seq: number) => number },
): Promise<void> {
  const client = await mongo.MongoClient.connect(stack.mongodbUri, { ignoreUndefined: true });
  try {
    const messages = client.db().collection("messages");
    const id = new mongo.ObjectId(chatId);
    const head = await messages.find({ chatId: id }).sort({ seq: -1 }).limit(1).next();
    const chat = await client.db().collection("chats").findOne({ _id: id });
    if (!head || !chat) throw new Error("no such chat");
    const senderId: unknown = chat[`${sender}Id`];
    const last = Number(head["seq"]);
    const documents = Array.from({ length: count }, (_, index): mongo.BSON.Document => {
      const seq = last + 1 + index;
      return {
        ...head,
        _id: new mongo.ObjectId(),
        seq,
        type: "text",
        senderId,
        content: `seeded ${seq}.`,
        system: undefined,
        attachment: undefined,
        clientMessageId: `seeded-${seq}`,
        createdAt: new Date(Date.now() - dayOf(seq) * 86_400_000),
        counted: Number(head["counted"]) + 1 + index,
        shownSeq: seq,
        sent: { ...head["sent"], [sender]: { seq, counted: Number(head["counted"]) + 1 + index } },
      };
    });
    await messages.insertMany(documents, { writeConcern: { w: "majority" } });
  } finally {
    await client.close();
  }
}
