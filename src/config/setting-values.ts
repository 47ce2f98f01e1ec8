import { isIP } from "node:net";
import { z } from "zod";
import { isHostName } from "../chat/log/host-name.ts";

// The kinds of values a setting can have. Each has one text that says what is expected, for missing and wrong values.

const list = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** Text for which `isGood` is true. */
export const text = (expected: string, isGood: (text: string) => boolean = () => true) =>
  z.string(expected).refine(isGood, expected);

/** One or more, separated by commas. */
export const listOf = (expected: string, isGood: (item: string) => boolean = () => true) =>
  z
    .string(expected)
    .transform(list)
    .refine((items) => items.length > 0 && items.every(isGood), expected);

/** Digits only: Number() would read a space as 0, which turns a limit off. */
export const whole = (most: number, expected = `a whole number from 0 to ${most}`) =>
  text(expected, (digits) => /^\d{1,9}$/.test(digits) && Number(digits) <= most).transform(Number);

export const port = whole(65_535, "a port number from 0 to 65535");

export const yesNo = z
  .enum(["true", "false", "1", "0"], "true or false")
  .transform((answer) => answer === "true" || answer === "1");

export const isHost = (host: string): boolean => isIP(host) !== 0 || isHostName(host);

const withPort = /^(?:\[([^\]]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/;

const isHostWithPort = (address: string, { needsPort }: { needsPort: boolean }): boolean => {
  const [, ipv6, host = "", digits] = withPort.exec(address) ?? [];
  const isPort = digits === undefined ? !needsPort : Number(digits) >= 1 && Number(digits) <= 65_535;
  return isPort && (ipv6 === undefined ? isHost(host) : isIP(ipv6) === 6);
};

export const isBroker = (broker: string): boolean => isHostWithPort(broker, { needsPort: true });

/** `cdn.example.com`, `*.example.com`, `localhost:8443`. */
export const isHostPattern = (pattern: string): boolean =>
  isHostWithPort(pattern.replace(/^\*\./, ""), { needsPort: false });

/** `https://www.example.com`, or `*` for all. */
export const isOrigin = (item: string): boolean =>
  item === "*" || (!item.includes("*") && URL.parse(item)?.origin === item);

// URL cannot parse several hosts: mongodb://user:password@one:27017,two:27017/chat?replicaSet=rs0
const mongodbUri = /^mongodb(\+srv)?:\/\/(?:[^\s@/]*@)?([^\s@/?]+)\/([^\s/?#]+)(?:\?[^\s#]*)?$/;

const decoded = (written: string): string | null => {
  try {
    return decodeURIComponent(written);
  } catch {
    return null;
  }
};

// MongoDB's own databases; `local` is not even replicated.
const ownNames = new Set(["admin", "config", "local"]);
const isDatabaseName = (name: string | null): boolean =>
  name !== null && /^[^/\\. "$*<>:|?\0]{1,63}$/.test(name) && !ownNames.has(name.toLowerCase());

/** An address of MongoDB with the name of a database in it. */
export const isMongodbUri = (uri: string): boolean => {
  const [, isSrv, hosts = "", database = ""] = mongodbUri.exec(uri) ?? [];
  if (decoded(uri) === null || !isDatabaseName(decoded(database))) return false;
  if (isSrv !== undefined) return isHost(hosts);
  // The path of a Unix socket is percent-encoded.
  return hosts.split(",").every((host) => host.startsWith("%2F") || isHostWithPort(host, { needsPort: false }));
};

/** The database that an address names; the driver's default `test` if it names none. */
export const databaseIn = (uri: string): string =>
  decodeURIComponent(/^[^/]+\/\/[^/?]*\/([^?]+)/.exec(uri)?.[1] ?? "test");

/** Without `#`, which ends the prefix in the channels' names. */
export const isRedisPrefix = (prefix: string): boolean => /^[\w.:/{}-]{1,128}$/.test(prefix);

export const isRedisUrl = (address: string): boolean => {
  const url = URL.parse(address);
  return url !== null && ["redis:", "rediss:"].includes(url.protocol) && url.hostname !== "";
};

/** Kafka refuses `.` and `..`. */
export const isTopic = (name: string): boolean => /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/.test(name);

/** `https://s3.example.com`, `http://127.0.0.1:8333`, also with a path; with no user name and no query. */
export const isServer = (address: string): boolean => {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && !/[?#\s]/.test(address);
};

/** The names that Amazon S3 allows; other stores take these names as well. */
export const isBucket = (name: string): boolean => /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);

export const isRegion = (name: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(name);
