import { mongo } from "mongoose";
import {
  type OwnService,
  provideFilesStore,
  provideKafka,
  provideMongodb,
  provideRedis,
} from "../../local/services/provide-services.ts";
import { freeze, thaw } from "./freeze.ts";
import { ownServiceOptions } from "./services.ts";

/** A MongoDB (a replica set of one) that a test may kill, freeze and set fail points in. */
export const ownMongodb = (): Promise<OwnService> => provideMongodb(ownServiceOptions({ how: "binary" }));

/** A Redis that a test may kill and freeze. */
export const ownRedis = (): Promise<OwnService> => provideRedis(ownServiceOptions({ how: "binary" }));

/** A Kafka that a test may kill and freeze. */
export const ownKafka = (): Promise<OwnService> => provideKafka(ownServiceOptions({ how: "binary" }));

/** A store for files that a test may kill and freeze, with the settings that reach it. */
export const ownFiles = () => provideFilesStore(ownServiceOptions({ how: "binary" }));

/** Freezes a service: it is there and does not answer. The returned function lets it go on. */
export const freezeService = async ({ pid }: OwnService): Promise<() => Promise<void>> => {
  if (pid === undefined) throw new Error("it does not run");
  await freeze(pid);
  return () => thaw(pid);
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
