import { createServer } from "node:http";
import mongoose from "mongoose";
import { Chat, Message } from "./models.ts";
import { createApp } from "./routes.ts";
import { openSockets } from "./sockets.ts";

// The plain design, to compare with: express, socket.io and mongoose, each used as its guide says.
await mongoose.connect(process.env["MONGODB_URI"] ?? "");
await Promise.all([Chat.init(), Message.init()]);
const httpServer = createServer(createApp());
openSockets(httpServer, process.env["REDIS_URL"]);
process.once("SIGTERM", () => process.exit());
httpServer.listen(Number(process.env["PORT"]), "127.0.0.1");
