import type { mongo } from "mongoose";
import type { Entry } from "../../chat/log/entry.ts";
import { durableCommand } from "../durability.ts";
import { toDocument } from "../entry-documents.ts";
import { clientMessageIdIndex, uploadIndex } from "../models.ts";

/**
 * The result for one entry. `written`: a majority has it on disk. `place-taken`: its seq (or its own id) is in the log.
 * `sent-before`: its clientMessageId is. `upload-used`: an entry with its upload is. `unknown`: it may be there or not.
 * `not-tried`: an ordered write ended at an earlier entry.
 */
export type Written = "written" | "place-taken" | "sent-before" | "upload-used" | "unknown" | "not-tried";
/**
 * `ordered`: the write ends at the first refused entry, so that none is stored without all entries before it. Otherwise a
 * refusal does not affect other entries.
 */
export type WriteEntries = (entries: Entry[], options: { ordered: boolean }) => Promise<Written[]>;

const duplicateKey = 11_000;

// For a bulk write only the error's text has the index: "E11000 … index: NAME dup key: …".
const hitIndex = (text: string | undefined): string | undefined => /index: (\S+) dup key/.exec(text ?? "")?.[1];

type WriteError = { index: number; code: number; errmsg?: string };
type InsertReply = { writeErrors?: WriteError[]; writeConcernError?: unknown };

const resultOfIndex: Partial<Record<string, Written>> = {
  [clientMessageIdIndex]: "sent-before",
  [uploadIndex]: "upload-used",
};

const writeErrorOf = ({ code, errmsg }: WriteError): Written => {
  if (code !== duplicateKey) return "unknown";
  return resultOfIndex[hitIndex(errmsg) ?? ""] ?? "place-taken";
};

// An entry without an error is written, unless the majority was not confirmed.
const resultsOf = (count: number, ordered: boolean, reply: InsertReply): Written[] => {
  const { writeErrors = [], writeConcernError } = reply;
  const others = writeConcernError === undefined ? "written" : "unknown";
  const results = Array.from({ length: count }, (): Written => others);
  for (const writeError of writeErrors) results[writeError.index] = writeErrorOf(writeError);
  const [first] = writeErrors;
  return ordered && first !== undefined ? results.fill("not-tried", first.index + 1) : results;
};

/**
 * Writes entries as one group commit.
 * It uses a plain `insert` command: mongoose documents cost many times the write, and the driver's bulk layer serializes
 * every document a second time only for its size. The driver's own retry is not needed, since an entry with an unknown
 * outcome is written again anyway.
 */
export const createWriteEntries =
  (database: mongo.Db, collection: string, onFailure: (error: unknown) => void): WriteEntries =>
  async (entries, { ordered }) => {
    try {
      const documents = entries.map(toDocument);
      const command = { insert: collection, documents, ordered, ...durableCommand };
      const reply: InsertReply = await database.command(command, { ignoreUndefined: true });
      const results = resultsOf(entries.length, ordered, reply);
      if (results.includes("unknown")) onFailure(reply.writeConcernError ?? reply.writeErrors);
      return results;
    } catch (error) {
      onFailure(error);
      return entries.map(() => "unknown");
    }
  };
