import mongoose from "mongoose";
import { ConfigError } from "../config/parse-settings.ts";
import { durableAddress } from "./durability.ts";

/** What every client of the database asks for. What people are promised (CONTRACT.md) rests on each of these. */
const kept = {
  readPreference: "primary",
  ...durableAddress,
  retryWrites: "true",
} as const;

const keptValues = new Map<string, string>(
  Object.entries({ ...kept, j: kept.journal }).map(([name, value]) => [name.toLowerCase(), value]),
);
// What the driver takes beside them for the same ends; and a limit for whole operations, which replaces all others.
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
 * The address with the options that promises rest on, whatever it says itself, so that every client made from it keeps
 * them. `overruled` names the options that said something else; the driver knows them in any case.
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

// Of the driver's own errors alone: those of the library that takes the address apart quote what is secret.
const reasonOf = (error: unknown): string => (error instanceof mongoose.mongo.MongoError ? `: ${error.message}` : "");

/** @throws ConfigError for an address that the driver does not take, however often it is tried */
export const requireMongodbUri = (uri: string): void => {
  try {
    // Reads the address and connects to nothing.
    void new mongoose.mongo.MongoClient(uri);
  } catch (error) {
    throw new ConfigError([`MONGODB_URI: expected an address that the MongoDB driver takes${reasonOf(error)}`]);
  }
};

const standalone = "MONGODB_URI: expected a replica set, also of one, or a sharded cluster; found a standalone server";
const strangers =
  "MONGODB_URI: expected members of the replica set it names; found servers that are not, or are standalone";

// A mongos says so, and a service behind a load balancer has an id.
const belongsToMany = ({ setName, msg, serviceId, isreplicaset }: Record<string, unknown>): boolean =>
  typeof setName === "string" || msg === "isdbgrid" || serviceId !== undefined || isreplicaset === true;

/**
 * A standalone server has no majority that an acknowledged write could survive with, and no history to follow.
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
 * Where an address names a replica set, the driver lets go of every server that does not belong to it. Null while any is
 * left that may still come.
 */
export const asWrongServers = (error: unknown): ConfigError | null => {
  if (!(error instanceof mongoose.Error.MongooseServerSelectionError) || !("reason" in error)) return null;
  return hasNoServers(error.reason) ? new ConfigError([strangers]) : null;
};
