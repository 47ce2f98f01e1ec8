import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";

// The lower bound: plain Socket.IO that passes messages on; it saves nothing, checks nothing and has no users.
const httpServer = createServer((_request, response) => response.end("ok"));
const io = new Server(httpServer, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
const redisUrl = process.env["REDIS_URL"];
if (redisUrl) io.adapter(createAdapter(new Redis(redisUrl), new Redis(redisUrl)));

type Send = { chatId: string; type: string; content: string; clientMessageId: string };
type Ack = (answer: object) => void;

io.on("connection", (socket) => {
  socket.on("join_chat", async ({ chatId }: { chatId: string }, ack: Ack) => {
    await socket.join(chatId);
    ack({ ok: true });
  });
  let seq = 0;
  socket.on("send_message", ({ chatId, type, content, clientMessageId }: Send, ack: Ack) => {
    seq += 1;
    const createdAt = new Date().toISOString();
    const message = { id: chatId, chatId, seq, senderId: socket.id, type, content, clientMessageId, createdAt };
    io.to(chatId).emit("receive_message", message);
    ack({ ok: true, message });
  });
});
process.once("SIGTERM", () => process.exit());
httpServer.listen(Number(process.env["PORT"]), "127.0.0.1");
