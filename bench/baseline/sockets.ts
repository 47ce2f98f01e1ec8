import type { Server as HttpServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import jwt from "jsonwebtoken";
import { Server } from "socket.io";
import { jwtSecret } from "../systems/secrets.ts";
import { Chat, type ChatFields, Message } from "./models.ts";

type Ack = (answer: object) => void;
type Send = { chatId: string; type: "text" | "image" | "file"; content: string };

const isParticipant = (chat: Pick<ChatFields, "ownerId" | "seekerId">, userId: string): boolean =>
  chat.ownerId === userId || chat.seekerId === userId;

const userOf = (token: unknown): string => {
  const claims = jwt.verify(String(token), jwtSecret);
  if (typeof claims === "string" || claims.sub === undefined) throw new Error("no user");
  return claims.sub;
};

/** Socket.IO as the plain design has it: find the chat, create the message, save the chat, emit. */
export const openSockets = (httpServer: HttpServer, redisUrl: string | undefined): Server => {
  const io = new Server(httpServer, { transports: ["websocket"] });
  // Only several nodes need it.
  if (redisUrl) io.adapter(createAdapter(new Redis(redisUrl), new Redis(redisUrl)));

  io.use((socket, next) => {
    try {
      socket.data.userId = userOf(socket.handshake.auth["token"]);
      next();
    } catch {
      next(new Error("Authentication error"));
    }
  });

  io.on("connection", (socket) => {
    const userId: string = socket.data.userId;

    socket.on("join_chat", async ({ chatId }: { chatId: string }, ack: Ack) => {
      try {
        const chat = await Chat.findById(chatId);
        if (!chat || !isParticipant(chat, userId)) return ack({ ok: false, error: "Chat not found" });
        await socket.join(chatId);
        const messages = await Message.find({ chatId }).sort({ createdAt: -1 }).limit(50).lean();
        socket.emit("chat_joined", { chatId });
        ack({ ok: true, chat, messages: messages.toReversed() });
      } catch {
        ack({ ok: false, error: "Failed to join" });
      }
    });

    socket.on("send_message", async ({ chatId, type, content }: Send, ack: Ack) => {
      try {
        const chat = await Chat.findById(chatId);
        if (!chat || !isParticipant(chat, userId)) return ack({ ok: false, error: "Chat not found" });
        if (chat.status !== "active") return ack({ ok: false, error: "Chat is not active" });
        const message = await Message.create({ chatId, senderId: userId, type, content, readBy: [] });
        chat.lastMessage = message._id;
        chat.lastMessageAt = message.createdAt;
        await chat.save();
        io.to(chatId).emit("receive_message", message);
        ack({ ok: true, message });
      } catch {
        ack({ ok: false, error: "Failed to send" });
      }
    });
  });
  return io;
};
