import mongoose, { type InferSchemaType, Schema } from "mongoose";

const chatSchema = new Schema(
  {
    bookingId: { type: String, required: true, unique: true },
    ownerId: { type: String, required: true, index: true },
    seekerId: { type: String, required: true, index: true },
    status: { type: String, enum: ["active", "closed", "readonly"], default: "active" },
    lastMessage: { type: Schema.Types.ObjectId, ref: "Message" },
    lastMessageAt: { type: Date, default: Date.now },
  },
  { timestamps: true },
);
// A user's chats, latest activity first.
chatSchema.index({ ownerId: 1, lastMessageAt: -1 });
chatSchema.index({ seekerId: 1, lastMessageAt: -1 });

const messageSchema = new Schema(
  {
    chatId: { type: Schema.Types.ObjectId, ref: "Chat", required: true },
    senderId: { type: String, default: null },
    type: { type: String, enum: ["text", "image", "system", "file"], default: "text" },
    content: { type: String, required: true, trim: true, maxlength: 4_000 },
    readBy: [{ _id: false, userId: String, readAt: Date }],
  },
  { timestamps: true },
);
messageSchema.index({ chatId: 1, createdAt: -1 });

export type ChatFields = InferSchemaType<typeof chatSchema>;
export const Chat = mongoose.model("Chat", chatSchema);
export const Message = mongoose.model("Message", messageSchema);
