import { setTimeout as pause } from "node:timers/promises";
import mongoose from "mongoose";
import type { Logger } from "../process/logger.ts";
import { growingPause } from "../timing/growing-pause.ts";

/** The state of opening a store; `detail` says what is wrong with the indexes. */
export type Opening = { mongodb: boolean; indexes: boolean; detail?: string };

/** An index, wanted or existing. */
type Index = { name?: string | undefined; unique?: unknown };

/** The needed part of a mongoose model. */
type Indexed = {
  createIndexes: () => Promise<unknown>;
  schema: { indexes: () => [fields: object, options: Index][] };
  collection: { collectionName: string; indexes: () => Promise<(Index & { key: object })[]> };
};

type Parts = {
  models: Indexed[];
  logger: Logger;
  signal: AbortSignal;
  onProgress: (opening: Opening) => void;
};

const pauseAfter = growingPause({ firstMs: 200, longestMs: 5_000 });

/**
 * Makes the indexes, for as long as it takes: the unique ones guarantee correctness, so nothing is served before they
 * exist. If an existing index conflicts with a wanted one, the log names both.
 * @throws the signal's reason
 */
export const makeIndexes = async ({ models, logger, signal, onProgress }: Parts): Promise<void> => {
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    const failure = await firstFailure(models);
    if (failure === null) return onProgress({ mongodb: true, indexes: true });
    const { error, ...about } = failure;
    const hasAnswered = error instanceof mongoose.mongo.MongoServerError;
    onProgress({ mongodb: hasAnswered, indexes: false, ...(hasAnswered && { detail: sentenceOf(about) }) });
    const pauseMs = pauseAfter(failures);
    logger.warn({ err: error, ...about, pauseMs }, "an index could not be made, trying again");
    await pause(pauseMs, undefined, { signal });
  }
};

type Failure = { error: unknown; collection: string; index?: string | undefined; conflict?: string | undefined };

const firstFailure = async (models: Indexed[]): Promise<Failure | null> => {
  for (const model of models) {
    try {
      await model.createIndexes();
    } catch (error) {
      const { collectionName: collection } = model.collection;
      return { error, collection, ...(await firstMissing(model).catch(() => ({}))) };
    }
  }
  return null;
};

/** The first missing index, and the existing one with its name or its fields. */
const firstMissing = async ({ schema, collection }: Indexed): Promise<Pick<Failure, "index" | "conflict">> => {
  const there = await collection.indexes();
  for (const [fields, { name, unique }] of schema.indexes()) {
    const key = JSON.stringify(fields);
    const isThere = there.some(
      (one) => one.name === name && JSON.stringify(one.key) === key && isSame(one, { unique }),
    );
    if (isThere) continue;
    const other = there.find((one) => one.name === name || JSON.stringify(one.key) === key);
    return { index: name, conflict: other?.name };
  }
  return {};
};

const isSame = (one: Index, other: Index): boolean => (one.unique === true) === (other.unique === true);

const sentenceOf = ({ collection, index, conflict }: Omit<Failure, "error">): string => {
  const what = `the index ${index ?? ""} of ${collection} could not be made`;
  return conflict === undefined ? `${what}: the log says why` : `${what}: the index ${conflict} stands in its way`;
};
