import { type mongo, Types } from "mongoose";
import type { Card } from "../../chat/cards/card.ts";
import { ChatError } from "../../chat/errors.ts";
import type { Role } from "../../chat/roles.ts";
import { durable, lasting } from "../durability.ts";
import type { CardDocument } from "../models.ts";
import type { UnreadNotices } from "../relay/unread-notices.ts";
import { toCard } from "./card-documents.ts";

type Parts = {
  cards: mongo.Collection<CardDocument>;
  notices: Pick<UnreadNotices, "lookSoon">;
  now: () => Date;
};

/**
 * Writes until when a role has muted a chat. A waiting notice is looked at again after that, since it may be due earlier
 * now; also if nothing changed, since the process that changed it may have died in between. `updatedAt` stays.
 */
export const createMuteCard = ({ cards, notices, now }: Parts) => {
  const write = async (chatId: string, role: Role, until: Date | null): Promise<{ card: Card; changed: boolean }> => {
    const _id = new Types.ObjectId(chatId);
    const field = `mutedUntil.${role}`;
    const changed = await cards.findOneAndUpdate(
      { _id, [field]: { $ne: until } },
      { $set: { [field]: until } },
      { returnDocument: "after", ...durable },
    );
    const card = changed ?? (await cards.findOne({ _id }, lasting));
    if (card === null) throw new ChatError("chat_not_found");
    return { card: toCard(card), changed: changed !== null };
  };
  return async (chatId: string, role: Role, until: Date | null) => {
    const written = await write(chatId, role, until);
    await notices.lookSoon({ chatId, role }, now());
    return written;
  };
};
