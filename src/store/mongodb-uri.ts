import mongoose from "mongoose";
import { ConfigError } from "../config/parse-settings.ts";
import { durableAddress } from "./durability.ts";

/** The options of every database client. Each of them is needed for a promise of CONTRACT.md. */
const kept = {
  readPreference: "primary",
  ...durableAddress,
  retryWrites: "true",
} as const;

const keptValues = new Map<string, string>(
  Object.entries({ ...kept, j: kept.journal }).map(([name, value]) => [name.toLowerCase(), value]),
);
// Other options of the driver with the same effect, and the limit for whole operations, which replaces all other limits.
const others = new Set([
  "readpreferencetags",
  "maxstalenessseconds",
  "readconcern",
  "writeconcern",
  "fsync",
  "timeoutms",
]);

type Option = { written: string; name: string; value: string };

const readOption = (written: string): Option => {
  const [[name, value] = ["", ""]] = new URLSearchParams(written);
  return { written, name, value };
};

const isOurs = ({ name }: Option): boolean => keptValues.has(name.toLowerCase()) || others.has(name.toLowerCase());
const isWeaker = (option: Option): boolean =>
  isOurs(option) && keptValues.get(option.name.toLowerCase()) !== option.value.toLowerCase();

/**
 * The address with the options that the promises need, whatever it contains, so that every client made from it has them.
 * `overruled` names the options that had another value; option names are not case-sensitive.
 *
 *     "mongodb://one,two/chat?w=1&tls=true" becomes
 *     "mongodb://one,two/chat?readPreference=primary&…&w=majority&journal=true&retryWrites=true&tls=true"
 */
export const keepPromises = (uri: string): { uri: string; overruled: string[] } => {
  const [, address = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(uri) ?? [];
  const options = query.split("&").filter((written) => written !== "");
  const read = options.map(readOption);
  const rest = read.filter((option) => !isOurs(option)).map(({ written }) => written);
  return {
    uri: `${address}?${[new URLSearchParams(kept).toString(), ...rest].join("&")}`,
    overruled: [...new Set(read.filter(isWeaker).map(({ name }) => name))],
  };
};

// Only for the driver's own errors: errors of the library that parses the address may quote the password.
const reasonOf = (error: unknown): string => (error instanceof mongoose.mongo.MongoError ? `: ${error.message}` : "");

/** @throws ConfigError for an address that the driver refuses */
export const requireMongodbUri = (uri: string): void => {
  try {
    // Parses the address without connecting.
    void new mongoose.mongo.MongoClient(uri);
  } catch (error) {
    throw new ConfigError([`MONGODB_URI: expected an address that the MongoDB driver takes${reasonOf(error)}`]);
  }
};

const standalone = "MONGODB_URI: expected a replica set, also of one, or a sharded cluster; found a standalone server";
const strangers =
  "MONGODB_URI: expected members of the replica set it names; found servers that are not, or are standalone";

// A mongos identifies itself, and a service behind a load balancer has an id.
const belongsToMany = ({ setName, msg, serviceId, isreplicaset }: Record<string, unknown>): boolean =>
  typeof setName === "string" || msg === "isdbgrid" || serviceId !== undefined || isreplicaset === true;

/**
 * A standalone server has no majority on which an acknowledged write could survive, and no change stream to follow.
 * @throws ConfigError for one
 */
export const requireReplicaSet = async (client: mongoose.mongo.MongoClient): Promise<void> => {
  if (!belongsToMany(await client.db("admin").command({ hello: 1 }))) throw new ConfigError([standalone]);
};

const hasNoServers = (topology: unknown): boolean =>
  typeof topology === "object" &&
  topology !== null &&
  "servers" in topology &&
  topology.servers instanceof Map &&
  topology.servers.size === 0;

/**
 * If an address names a replica set, the driver drops every server that does not belong to it. Null while any server is
 * left that may still answer.
 */
export const asWrongServers = (error: unknown): ConfigError | null => {
  if (!(error instanceof mongoose.Error.MongooseServerSelectionError) || !("reason" in error)) return null;
  return hasNoServers(error.reason) ? new ConfigError([strangers]) : null;
};
