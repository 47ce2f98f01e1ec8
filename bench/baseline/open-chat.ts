import { Chat, Message } from "./models.ts";

export type Booking = { bookingId: string; ownerId: string; seekerId: string };

/** A chat for an approved booking, with its first system message, where there is none yet. */
export const openChat = async ({ bookingId, ownerId, seekerId }: Booking) => {
  const known = await Chat.findOne({ bookingId });
  if (known) return known;
  const chat = await Chat.create({ bookingId, ownerId, seekerId });
  const content = "Your booking has been approved. You can now chat with each other.";
  const message = await Message.create({ chatId: chat._id, type: "system", content, readBy: [] });
  chat.lastMessage = message._id;
  chat.lastMessageAt = message.createdAt;
  return chat.save();
};
