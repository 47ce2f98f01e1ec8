import { setTimeout as pause } from "node:timers/promises";
import type { mongo } from "mongoose";
import type { ChatCards, ChatLog } from "../chat/ports.ts";
import type { Reports } from "../chat/reports.ts";
import type { Uploads } from "../chat/upload-ports.ts";
import type { Logger } from "../process/logger.ts";
import { shareAnswer } from "../timing/share-answer.ts";
import { createCardStore } from "./cards/card-store.ts";
import { createChatLog } from "./chat-log.ts";
import { connect } from "./connect.ts";
import { makeIndexes, type Opening } from "./make-indexes.ts";
import { createModels } from "./models.ts";
import { keepPromises, requireMongodbUri } from "./mongodb-uri.ts";
import { createRelayStore, type RelayStore } from "./relay/relay-store.ts";
import { createReportStore } from "./reports/report-store.ts";
import { createRevocationStore, type RevocationStore } from "./revocations.ts";
import { createUploadStore } from "./uploads/upload-store.ts";
import { createUserDataStore, type UserDataStore } from "./user-data/user-data-store.ts";

export type Store = {
  log: ChatLog;
  cards: ChatCards;
  uploads: Uploads;
  reports: Reports;
  userData: UserDataStore;
  /** For publishing the log to other services. */
  relay: RelayStore;
  revocations: RevocationStore;
  /** How many sends wait for the database. */
  waiting: () => number;
  /** Whether the database answers within a second. One ping is sent at a time, shared by all callers. */
  isUp: () => Promise<boolean>;
  /** Waits for the writes under way, at most `deadlineMs`, then disconnects. May be called twice. */
  close: (deadlineMs?: number) => Promise<void>;
};

type Options = {
  mongodbUri: string;
  logger: Logger;
  /** Ends the wait for a database that is away at the start. */
  signal: AbortSignal;
  now?: () => Date;
  /** Called for each step, and for what delays one. */
  onProgress?: (opening: Opening) => void;
  limits?: Parameters<typeof createChatLog>[0]["limits"];
};

/** The address with the options that the promises need; overruled options are named in the log. */
const strongAddress = (given: string, logger: Logger): string => {
  requireMongodbUri(given);
  const { uri, overruled } = keepPromises(given);
  if (overruled.length > 0)
    logger.warn({ options: overruled }, "options in MONGODB_URI would weaken a promise and are overruled");
  return uri;
};

/**
 * A ping without an answer from a frozen server occupies its connection for up to `socketTimeoutMS`. At one ping a second
 * these are at most seven, and sends find a connection among the others (`maxPoolSize`).
 */
const ping = { limitMs: 1_000, keptMs: 500 };

const answersPing = async (database: mongo.Db): Promise<boolean> => {
  const pinged = database.command({ ping: 1 }).then(
    () => true,
    () => false,
  );
  return Promise.race([pinged, pause(ping.limitMs, false, { ref: false })]);
};

/**
 * Opens the log and the cards in MongoDB. While the database is away it waits, until the signal aborts.
 * @throws the signal's reason; ConfigError for an invalid address, or that of a standalone server
 */
export const openStore = async ({
  mongodbUri: givenUri,
  logger,
  signal,
  now = () => new Date(),
  onProgress = () => undefined,
  limits,
}: Options): Promise<Store> => {
  const mongodbUri = strongAddress(givenUri, logger);
  const connection = await connect(mongodbUri, logger, signal);
  const models = createModels(connection);
  onProgress({ mongodb: true, indexes: false });
  await makeIndexes({ models: Object.values(models), logger, signal, onProgress });
  const database = connection.getClient().db(connection.name);
  const uploads = createUploadStore({ database, name: models.uploads.collection.collectionName, now });
  const log = createChatLog({
    database,
    name: models.entries.collection.collectionName,
    now,
    onFailure: (error) => logger.warn({ err: error }, "a write's outcome is not known, trying again"),
    forgetUploads: (ids) => uploads.forget(ids),
    ...(limits && { limits }),
  });
  const names = {
    entries: models.entries.collection.collectionName,
    cards: models.cards.collection.collectionName,
    reports: models.reports.collection.collectionName,
    erasures: models.erasures.collection.collectionName,
  };
  const relay = createRelayStore({ mongodbUri, database, names });
  const cards = createCardStore({
    database,
    name: models.cards.collection.collectionName,
    notices: relay.notices,
    now,
    onMade: log.hintEmpty,
  });
  let closing: Promise<void> | undefined;
  return {
    log,
    cards,
    uploads,
    relay,
    reports: createReportStore(database.collection(models.reports.collection.collectionName)),
    revocations: createRevocationStore(database.collection(models.revocations.collection.collectionName)),
    userData: createUserDataStore({ database, names, uploads }),
    waiting: () => log.queue.size,
    isUp: shareAnswer(ping.keptMs, () => answersPing(database)),
    close: (deadlineMs = 5_000) => {
      closing ??= log.queue.drain(deadlineMs).then(() => {
        log.stop();
        return connection.close();
      });
      return closing;
    },
  };
};
