import { type mongo, Types } from "mongoose";
import type { FindUndeleted } from "../../chat/user-data/empty-chat.ts";
import type { ChatsOfUser } from "../../chat/user-data/erase-user.ts";
import { orUnavailable } from "../driver-errors.ts";
import { lasting } from "../durability.ts";
import { type CardDocument, type EntryDocument, peopleIndex, seqIndex } from "../models.ts";

/** Walks a user's chats in the order of their ids. */
export const createChatsOfUser =
  (cards: mongo.Collection<CardDocument>): ChatsOfUser =>
  (userId, after, limit) =>
    orUnavailable(async () => {
      const later = after === null ? {} : { _id: { $gt: new Types.ObjectId(after) } };
      const found = cards
        .find({ participants: userId, ...later }, { ...lasting, projection: { _id: 1 }, hint: peopleIndex })
        .sort({ _id: 1 })
        .limit(limit);
      return (await found.toArray()).map(({ _id }) => _id.toHexString());
    });

/** Walks a chat's messages by seq. Reads no text: only the seqs are returned. */
export const createFindUndeleted =
  (entries: mongo.Collection<EntryDocument>): FindUndeleted =>
  ({ chatId, senderId, upTo, after, limit }) =>
    orUnavailable(async () => {
      const found = entries
        .find(
          {
            chatId: new Types.ObjectId(chatId),
            seq: { $gt: after, ...(upTo !== undefined && { $lte: upTo }) },
            type: { $ne: "system" },
            deleted: { $exists: false },
            ...(senderId !== null && { senderId }),
          },
          { ...lasting, projection: { seq: 1 }, hint: seqIndex },
        )
        .sort({ seq: 1 })
        .limit(limit);
      return (await found.toArray()).map(({ seq }) => seq);
    });
