import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mongo } from "mongoose";
import { startBinaryService } from "../../local/services/binary/binary-service.ts";
import { findMongod } from "../../local/services/binary/find-mongod.ts";
import { keptPort } from "../../local/services/kept-port.ts";
import type { ProvidedService, WayOptions } from "../../local/services/service.ts";
import { waitUntil } from "../../local/services/wait-until.ts";

export type ReplicaSet = {
  uri: string;
  members: ProvidedService[];
  /** The member that takes writes. @throws after ten seconds without one */
  primary: () => Promise<ProvidedService>;
  close: () => Promise<void>;
};

type MemberOptions = WayOptions & {
  /** Keeps next to nothing of its history: a megabyte, and what a restart would need, which is the last second. */
  forgetful?: boolean;
  /** Belongs to no replica set. */
  standalone?: boolean;
};

type Options = MemberOptions & {
  count: number;
  electionTimeoutMs: number;
  /** The last member is an hour late: a secondary that shows what was, and never becomes the primary. */
  lagging?: boolean;
};

/** A MongoDB replica set whose members can be killed and frozen one by one. */
export const openReplicaSet = async (options: Options): Promise<ReplicaSet> => {
  const members = await Promise.all(Array.from({ length: options.count }, (_, index) => startMember(options, index)));
  const hosts = members.map(({ address }) => address);
  const set = {
    uri: `mongodb://${hosts.join(",")}/torture?replicaSet=rs0`,
    members,
    primary: () => findPrimary(members),
    close: async () => void (await Promise.all(members.map((member) => member.close()))),
  };
  try {
    await initiate(hosts, options);
    await set.primary();
    return set;
  } catch (error) {
    await set.close();
    throw error;
  }
};

/** One MongoDB server, in a folder and on a port that belong to its number. */
export const startMember = async (
  { forgetful = false, standalone = false, ...options }: MemberOptions,
  index: number,
): Promise<ProvidedService> => {
  const program = await findMongod(options);
  const folder = join(options.folder, `mongodb-${index}`);
  const port = await keptPort(join(folder, "port"));
  const data = join(folder, "data");
  mkdirSync(data, { recursive: true });
  const place = ["--dbpath", data, "--bind_ip", "127.0.0.1", "--port", String(port), "--nounixsocket"];
  const size = ["--wiredTigerCacheSizeGB", "0.25", "--quiet"];
  const history = forgetful ? ["--oplogSize", "1", "--syncdelay", "1"] : ["--oplogSize", "128"];
  return startBinaryService({
    ...options,
    ...program,
    name: "mongodb",
    address: `127.0.0.1:${port}`,
    args: [...place, ...size, ...history, ...(standalone ? [] : ["--replSet", "rs0"])],
    logFile: join(folder, "mongodb.log"),
    isReady: async () => (await hello(`127.0.0.1:${port}`)) !== null,
  });
};

const direct = async <T>(host: string, ask: (admin: mongo.Db) => Promise<T>): Promise<T> => {
  const limits = { serverSelectionTimeoutMS: 1_000, connectTimeoutMS: 1_000, socketTimeoutMS: 2_000 };
  const client = new mongo.MongoClient(`mongodb://${host}/?directConnection=true`, limits);
  try {
    return await ask(client.db("admin"));
  } finally {
    await client.close();
  }
};

const hello = (host: string): Promise<mongo.Document | null> =>
  direct(host, (admin) => admin.command({ hello: 1 })).catch(() => null);

const late = { priority: 0, votes: 0, secondaryDelaySecs: 3_600 };

type Initiation = Pick<Options, "electionTimeoutMs" | "lagging">;
const initiate = async (hosts: string[], { electionTimeoutMs, lagging = false }: Initiation): Promise<void> => {
  const [first = ""] = hosts;
  const members = hosts.map((host, _id) => ({ _id, host, ...(lagging && _id === hosts.length - 1 && late) }));
  const settings = { electionTimeoutMillis: electionTimeoutMs, heartbeatIntervalMillis: 500 };
  await direct(first, (admin) => admin.command({ replSetInitiate: { _id: "rs0", members, settings } }));
};

const findPrimary = async (members: ProvidedService[]): Promise<ProvidedService> => {
  let found: ProvidedService | undefined;
  const check = async (): Promise<boolean> => {
    const answers = await Promise.all(members.map(({ address }) => hello(address)));
    const claims = answers.map((answer) => (answer?.["isWritablePrimary"] ? String(answer["electionId"]) : ""));
    // A primary that was frozen believes for a moment that it still is one; the newest election is right.
    const newest = claims.toSorted().at(-1) ?? "";
    found = newest === "" ? undefined : members[claims.indexOf(newest)];
    return found !== undefined;
  };
  await waitUntil({ what: "no primary", limitMs: 120_000, check });
  if (found === undefined) throw new Error("no primary");
  return found;
};
