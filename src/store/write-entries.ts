import { mongo } from "mongoose";
import type { Entry } from "../chat/message.ts";
import { toDocument } from "./entry-documents.ts";
import { clientMessageIdIndex, type EntryDocument } from "./models.ts";

/**
 * What became of one entry. `written`: a majority has it on disk. `place-taken`: its seq (or its own id) stands in the
 * log. `sent-before`: its clientMessageId does. `unknown`: it may be there or not.
 */
export type Written = "written" | "place-taken" | "sent-before" | "unknown";
export type WriteEntries = (entries: Entry[]) => Promise<Written[]>;

const duplicateKey = 11_000;
const durable = { w: "majority", j: true, wtimeoutMS: 5_000 } as const;

// In a bulk write the index stands only in the text: "E11000 … index: NAME dup key: …".
const hitIndex = (text: string | undefined): string | undefined => /index: (\S+) dup key/.exec(text ?? "")?.[1];

const writeErrorOf = ({ code, errmsg }: mongo.WriteError): Written => {
  if (code !== duplicateKey) return "unknown";
  return hitIndex(errmsg) === clientMessageIdIndex ? "sent-before" : "place-taken";
};

const afterFailure = (count: number, error: unknown): Written[] => {
  if (!(error instanceof mongo.MongoBulkWriteError)) return Array.from({ length: count }, () => "unknown");
  // Without an error of its own an entry is in, unless the majority was not heard of.
  const others = error.result.getWriteConcernError() === undefined ? "written" : "unknown";
  const results: Written[] = Array.from({ length: count }, () => others);
  const hasOwnErrors = [error.writeErrors].flat();
  if (hasOwnErrors.length === 0 && others === "written") return results.map(() => "unknown");
  for (const writeError of hasOwnErrors) results[writeError.index] = writeErrorOf(writeError);
  return results;
};

/**
 * Writes entries of different chats as one group commit, each for itself: one that is refused takes no other with it.
 * Through the driver's collection: building mongoose documents costs many times the write.
 */
export const createWriteEntries =
  (collection: mongo.Collection<EntryDocument>, onFailure: (error: unknown) => void): WriteEntries =>
  async (entries) => {
    try {
      await collection.insertMany(entries.map(toDocument), { ordered: false, writeConcern: durable });
      return entries.map(() => "written");
    } catch (error) {
      const results = afterFailure(entries.length, error);
      if (results.includes("unknown")) onFailure(error);
      return results;
    }
  };
