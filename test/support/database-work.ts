import type { mongo } from "mongoose";
import { withDatabase } from "./open-test-store.ts";

/** One operation, by what it cost the database. */
export type Work = {
  op: string;
  collection: string;
  plan: string;
  keysExamined: number;
  docsExamined: number;
  nreturned: number;
};

const toWork = (profiled: mongo.Document): Work => ({
  op: String(profiled["op"]),
  collection: String(profiled["ns"]).split(".").at(-1) ?? "",
  plan: String(profiled["planSummary"] ?? ""),
  keysExamined: Number(profiled["keysExamined"] ?? 0),
  docsExamined: Number(profiled["docsExamined"] ?? 0),
  nreturned: Number(profiled["nreturned"] ?? 0),
});

/** What the database does while something else is done, as its own profiler sees it. */
export const databaseWork = (
  uri: string,
  what: () => Promise<unknown>,
  collections = ["chats", "messages"],
): Promise<Work[]> =>
  withDatabase(uri, async (client) => {
    const database = client.db();
    await database.command({ profile: 0 });
    await database.dropCollection("system.profile").catch(() => undefined);
    await database.command({ profile: 2 });
    await what();
    await database.command({ profile: 0 });
    const profiled = await database
      .collection("system.profile")
      .find({ ns: { $in: collections.map((name) => `${database.databaseName}.${name}`) } })
      .sort({ ts: 1 })
      .toArray();
    return profiled.map(toWork);
  });
