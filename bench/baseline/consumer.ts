import { createServer } from "node:http";
import { Kafka, logLevel } from "kafkajs";
import mongoose from "mongoose";
import { Chat, Message } from "./models.ts";
import { type Booking, openChat } from "./open-chat.ts";

// Booking events one by one, as kafkajs' guide shows it: each handled to its end before the next.
const env = (name: string): string => process.env[name] ?? "";
await mongoose.connect(env("MONGODB_URI"));
await Promise.all([Chat.init(), Message.init()]);
const kafka = new Kafka({ brokers: env("KAFKA_BROKERS").split(","), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: env("KAFKA_GROUP_ID") });
await consumer.connect();
await consumer.subscribe({ topics: env("BOOKING_TOPICS").split(","), fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const booking: Booking = JSON.parse(String(message.value));
    await openChat(booking);
  },
});
process.once("SIGTERM", () => process.exit());
createServer((_request, response) => response.end("ok")).listen(Number(env("OPS_PORT")), "127.0.0.1");
