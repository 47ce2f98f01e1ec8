import type { mongo } from "mongoose";
import type { Uploads } from "../../chat/upload-ports.ts";
import type { UserData } from "../../chat/user-data/create-user-data-acts.ts";
import type { CardDocument, EntryDocument, ErasureDocument } from "../models.ts";
import { createOldestClosed, type OldestClosed } from "./closed-chats.ts";
import { createErasureStore } from "./erasure-store.ts";
import { type AcquireJob, createAcquireJob } from "./job-lease.ts";
import { createOwnerReasons } from "./owner-reasons.ts";
import { createChatsOfUser, createFindUndeleted } from "./user-chats.ts";

/** What erasures, exports and retention need from the database in addition to the log and the cards. */
export type UserDataStore = UserData & { oldestClosed: OldestClosed; acquire: AcquireJob };

/** `names`: those of the collections. */
type Parts = {
  database: mongo.Db;
  names: { entries: string; cards: string; erasures: string };
  uploads: Pick<Uploads, "forgetUnsent">;
};

export const createUserDataStore = ({ database, names, uploads }: Parts): UserDataStore => {
  const cards = database.collection<CardDocument>(names.cards);
  const entries = database.collection<EntryDocument>(names.entries);
  return {
    erasures: createErasureStore(database.collection<ErasureDocument>(names.erasures)),
    chatsOfUser: createChatsOfUser(cards),
    findUndeleted: createFindUndeleted(entries),
    reasons: createOwnerReasons({ entries, cards }),
    forgetUnsent: (userId) => uploads.forgetUnsent(userId),
    oldestClosed: createOldestClosed(cards),
    acquire: createAcquireJob(database),
  };
};
