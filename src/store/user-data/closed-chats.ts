import { type mongo, Types } from "mongoose";
import { orUnavailable } from "../driver-errors.ts";
import { lasting } from "../durability.ts";
import { type CardDocument, closedIndex } from "../models.ts";
import type { RetentionPlace } from "./job-lease.ts";

/** A closed chat. `at`: when something last happened in it. */
export type ClosedChat = RetentionPlace & { lastSeq: number };

/**
 * The closed chat in which nothing happened for the longest time, of those after a place; null if something happened
 * `before` or later in each. A chat that was opened and closed again comes after the place again.
 */
export type OldestClosed = (query: { before: Date; after: RetentionPlace | null }) => Promise<ClosedChat | null>;

export const createOldestClosed =
  (cards: mongo.Collection<CardDocument>): OldestClosed =>
  ({ before, after }) =>
    orUnavailable(async () => {
      const later = after && [
        { updatedAt: { $gt: after.at } },
        { updatedAt: after.at, _id: { $gt: new Types.ObjectId(after.chatId) } },
      ];
      const found = await cards.findOne(
        {
          status: "closed",
          updatedAt: { $lt: before, ...(after && { $gte: after.at }) },
          ...(later && { $or: later }),
        },
        {
          ...lasting,
          projection: { updatedAt: 1, lastSeq: 1 },
          sort: { updatedAt: 1, _id: 1 },
          hint: closedIndex,
        },
      );
      return found && { chatId: found._id.toHexString(), at: found.updatedAt, lastSeq: found.lastSeq };
    });
