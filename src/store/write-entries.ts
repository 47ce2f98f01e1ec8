import type { mongo } from "mongoose";
import type { Entry } from "../chat/message.ts";
import { toDocument } from "./entry-documents.ts";
import { clientMessageIdIndex } from "./models.ts";

/**
 * What became of one entry. `written`: a majority has it on disk. `place-taken`: its seq (or its own id) stands in the
 * log. `sent-before`: its clientMessageId does. `unknown`: it may be there or not.
 */
export type Written = "written" | "place-taken" | "sent-before" | "unknown";
export type WriteEntries = (entries: Entry[]) => Promise<Written[]>;

const duplicateKey = 11_000;
const durable = { w: "majority", j: true, wtimeout: 5_000 } as const;

// In a bulk write the index stands only in the text: "E11000 … index: NAME dup key: …".
const hitIndex = (text: string | undefined): string | undefined => /index: (\S+) dup key/.exec(text ?? "")?.[1];

type WriteError = { index: number; code: number; errmsg?: string };
type InsertReply = { writeErrors?: WriteError[]; writeConcernError?: unknown };

const writeErrorOf = ({ code, errmsg }: WriteError): Written => {
  if (code !== duplicateKey) return "unknown";
  return hitIndex(errmsg) === clientMessageIdIndex ? "sent-before" : "place-taken";
};

// Without an error of its own an entry is in, unless the majority was not heard of.
const resultsOf = (count: number, { writeErrors = [], writeConcernError }: InsertReply): Written[] => {
  const others = writeConcernError === undefined ? "written" : "unknown";
  const results = Array.from({ length: count }, (): Written => others);
  for (const writeError of writeErrors) results[writeError.index] = writeErrorOf(writeError);
  return results;
};

/**
 * Writes entries of different chats as one group commit, each for itself: one that is refused takes no other with it.
 * As a plain `insert` command: mongoose documents cost many times the write, and the driver's bulk layer serializes
 * every document once more only to know its size. The driver's own second try is not missed, since an entry whose
 * outcome is not known is written again anyway.
 */
export const createWriteEntries =
  (database: mongo.Db, collection: string, onFailure: (error: unknown) => void): WriteEntries =>
  async (entries) => {
    try {
      const documents = entries.map(toDocument);
      const command = { insert: collection, documents, ordered: false, writeConcern: durable };
      const reply: InsertReply = await database.command(command, { ignoreUndefined: true });
      const results = resultsOf(entries.length, reply);
      if (results.includes("unknown")) onFailure(reply.writeConcernError ?? reply.writeErrors);
      return results;
    } catch (error) {
      onFailure(error);
      return entries.map(() => "unknown");
    }
  };
