import { describe, expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import { ConfigError } from "../../src/config/parse-settings.ts";
import { keepPromises, requireMongodbUri } from "../../src/store/mongodb-uri.ts";

/** What the driver makes of an address. */
const readByDriver = (uri: string) => {
  const { readPreference, readConcern, writeConcern, retryWrites, timeoutMS } = new mongo.MongoClient(uri).options;
  const { w, journal } = writeConcern ?? {};
  return {
    mode: readPreference.mode,
    tags: readPreference.tags,
    level: readConcern?.level,
    w,
    journal,
    retryWrites,
    timeoutMS,
  };
};
const promised = {
  mode: "primary",
  tags: undefined,
  level: "majority",
  w: "majority",
  journal: true,
  retryWrites: true,
  timeoutMS: undefined,
};

const weak: [string, string[]][] = [
  ["mongodb://db/chat", []],
  ["mongodb://db/chat?", []],
  ["mongodb://db/chat?replicaSet=rs0", []],
  ["mongodb://db/chat?retryWrites=true&w=majority", []],
  ["mongodb://db/chat?readPreference=primary&journal=true&readConcernLevel=majority&j=true", []],
  ["mongodb://db/chat?readPreference=secondaryPreferred", ["readPreference"]],
  ["mongodb://db/chat?READPREFERENCE=nearest&W=1&Journal=false", ["READPREFERENCE", "W", "Journal"]],
  ["mongodb://db/chat?read%50reference=secondary", ["readPreference"]],
  [
    "mongodb://db/chat?readPreference=secondary&readPreferenceTags=dc:a&readPreferenceTags=&maxStalenessSeconds=90",
    ["readPreference", "readPreferenceTags", "maxStalenessSeconds"],
  ],
  ["mongodb://db/chat?w=0", ["w"]],
  ["mongodb://db/chat?w=3&j=false", ["w", "j"]],
  ["mongodb://db/chat?readConcernLevel=available&retryWrites=false", ["readConcernLevel", "retryWrites"]],
  ["mongodb://db/chat?timeoutMS=60000", ["timeoutMS"]],
  ["mongodb+srv://user:p%40s@cluster.example.com/chat?w=1", ["w"]],
];

describe("an address", () => {
  test.each(weak)("%s is read by the driver as what is promised", (uri, overruled) => {
    const kept = keepPromises(uri);
    expect(kept.overruled).toEqual(overruled);
    expect(readByDriver(kept.uri)).toEqual(promised);
  });

  test("keeps everything else as it was written", () => {
    const { uri } = keepPromises("mongodb://u:p%40ss@one:1,[::1]:2/chat?replicaSet=rs%2D0&w=1&tls=true&appName=a+b");
    const { hosts, credentials, dbName, replicaSet, tls, appName } = new mongo.MongoClient(uri).options;
    expect(uri).toContain("replicaSet=rs%2D0");
    expect(hosts.map(String)).toEqual(["one:1", "[::1]:2"]);
    expect(credentials).toMatchObject({ username: "u", password: "p@ss" });
    expect({ dbName, replicaSet, tls, appName }).toEqual({
      dbName: "chat",
      replicaSet: "rs-0",
      tls: true,
      appName: "a b",
    });
  });

  test.each([
    ["mongodb://db/chat?replicaSet=a&replicaSet=b", "more than once"],
    ["mongodb://db/chat?unknownOption=1", "unknownoption"],
    ["mongodb://db/chat?readPreference=sometimes", "sometimes"],
    ["mongodb://user:pa?ss@db/chat", ""],
    ["mongodb://se:cret:x@db/chat", ""],
    ["mongodb://one,two/chat?directConnection=true", "exactly one host"],
  ])("%s stops the start, and nothing secret is shown", (uri, reason) => {
    expect(() => requireMongodbUri(uri)).toThrow(ConfigError);
    expect(() => requireMongodbUri(uri)).toThrow(reason);
    expect(() => requireMongodbUri(uri)).toThrow(
      /^[^@]*MONGODB_URI: expected an address that the MongoDB driver takes/,
    );
    expect(() => requireMongodbUri(uri)).not.toThrow(/cret|pa\?/);
  });
});
