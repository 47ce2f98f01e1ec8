import express, { type Express } from "express";
import jwt from "jsonwebtoken";
import { apiKey, jwtSecret } from "../systems/secrets.ts";
import { Chat } from "./models.ts";
import { openChat } from "./open-chat.ts";

/** The two calls of the plain design that the bench needs. */
export const createApp = (): Express => {
  const app = express();
  app.use(express.json());

  app.get("/api/chat/health", (_req, res) => void res.json({ status: "ok" }));

  app.post("/api/chat/initiate", async (req, res) => {
    if (req.get("x-api-key") !== apiKey) return void res.status(401).json({ error: "Invalid API key" });
    res.status(201).json({ chat: await openChat(req.body) });
  });

  app.get("/api/chat/user/:userId", async (req, res) => {
    const { userId } = req.params;
    const token = req.get("authorization")?.replace("Bearer ", "") ?? "";
    if (jwt.verify(token, jwtSecret).sub !== userId) return void res.status(403).json({ error: "Forbidden" });
    const chats = await Chat.find({ $or: [{ ownerId: userId }, { seekerId: userId }] })
      .sort({ lastMessageAt: -1 })
      .limit(Number(req.query["limit"] ?? 50))
      .populate("lastMessage");
    res.json({ chats });
  });
  return app;
};
