import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openS3 } from "../../src/files/s3.ts";
import type { ProvidedService } from "./service.ts";

/** What a process needs to use the store for files, as environment variables. */
export type FilesSettings = Record<"S3_ENDPOINT" | "S3_BUCKET" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY", string>;

type Keys = { accessKeyId: string; secretAccessKey: string };

const bucket = "lyvo-chat";
const requestLimitMs = 2_000;

/** The keys of the store in this data folder: made once, and kept. */
function keysIn(folder: string): Keys {
  const file = join(folder, "files", "keys.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const keys = { accessKeyId: "lyvo-chat", secretAccessKey: randomBytes(24).toString("hex") };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

/**
 * How SeaweedFS is started: with S3 alone, without reports to its makers, without catalogs on ports of their own, and
 * without a pause before it stops.
 */
export const seaweedArguments = [
  "-s3",
  "-s3.port.iceberg=0",
  "-s3.port.lance=0",
  "-master.telemetry=false",
  "-volume.preStopSeconds=0",
];

/** SeaweedFS's own settings: the one user, who may do everything. */
export function seaweedConfig(folder: string): string {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = keysIn(folder);
  const actions = ["Admin", "Read", "Write", "List", "Tagging"];
  return JSON.stringify({ identities: [{ name: "lyvo-chat", credentials: [{ accessKey, secretKey }], actions }] });
}

/** The settings of a store: those of the user for a store that is configured, else those of the data folder. */
export function filesSettings(
  { how, address }: Pick<ProvidedService, "how" | "address">,
  { env, folder }: { env: Record<string, string | undefined>; folder: string },
): FilesSettings {
  if (how !== "configured") {
    const { accessKeyId, secretAccessKey } = keysIn(folder);
    return {
      S3_ENDPOINT: address,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    };
  }
  const { S3_BUCKET = "", S3_ACCESS_KEY_ID = "", S3_SECRET_ACCESS_KEY = "" } = env;
  return { S3_ENDPOINT: address, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY };
}

/** An object that is there for this question alone: while it cannot be read, nothing in the store can. */
const probe = { key: "ready", content: "yes" };

/**
 * Makes the bucket if it is missing. Resolves to true when what it holds can be read; false and a rejection mean "not
 * yet". After a kill, SeaweedFS answers for its bucket some seconds before it finds what is in it.
 */
export async function makeBucket(endpoint: string, folder: string): Promise<boolean> {
  const store = { endpoint, publicEndpoint: endpoint, region: "us-east-1", bucket, pathStyle: true, ...keysIn(folder) };
  const { call, presign } = openS3(store);
  const found = await call({ method: "HEAD", key: "", limitMs: requestLimitMs });
  if (found.status !== 200) {
    await call({ method: "PUT", key: "", limitMs: requestLimitMs });
    return false;
  }
  const ask = async (method: "GET" | "PUT", body?: string): Promise<number> => {
    const address = await presign({ method, key: probe.key, validS: 60, at: new Date() });
    const signal = AbortSignal.timeout(requestLimitMs);
    const response = await fetch(address, { method, signal, ...(body !== undefined && { body }) });
    await response.text();
    return response.status;
  };
  const status = await ask("GET");
  if (status === 404) await ask("PUT", probe.content);
  return status === 200;
}
