import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongo } from "mongoose";
import { type OwnService, provideMongodb, provideRedis } from "../../local/services/provide-services.ts";

const options = async () => ({
  // Without the addresses of the shared services: these are to be killed.
  env: { PATH: process.env["PATH"], HOME: process.env["HOME"], XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] },
  folder: await mkdtemp(join(tmpdir(), "lyvo-chat-test-")),
  signal: AbortSignal.timeout(120_000),
  report: () => undefined,
  how: "binary" as const,
  keep: false,
});

/** A MongoDB (a replica set of one) that a test may kill, freeze and set fail points in. */
export const ownMongodb = async (): Promise<OwnService> => provideMongodb(await options());

/** A Redis that a test may kill and freeze. */
export const ownRedis = async (): Promise<OwnService> => provideRedis(await options());

/** Freezes a service: it is there and does not answer. The returned function lets it go on. */
export const freeze = ({ pid }: OwnService): (() => void) => {
  if (pid === undefined) throw new Error("it does not run");
  process.kill(pid, "SIGSTOP");
  return () => void process.kill(pid, "SIGCONT");
};

/** Makes the server fail its next commands as told (MongoDB's `failCommand`). */
export const failNext = async (
  uri: string,
  times: number,
  data: { failCommands: string[]; [detail: string]: unknown },
): Promise<void> => {
  const client = await mongo.MongoClient.connect(uri);
  try {
    await client.db("admin").command({ configureFailPoint: "failCommand", mode: { times }, data });
  } finally {
    await client.close();
  }
};
