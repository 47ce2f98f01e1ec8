import { AwsV4Signer } from "aws4fetch";
import type { FileStoreConfig } from "../config/uploads.ts";

/** An address that whoever has it may use once or more often, for one method, until it expires. */
type Presigned = {
  method: "GET" | "PUT";
  key: string;
  /** Headers that the request must have, with exactly these values. */
  headers?: Record<string, string>;
  query?: Record<string, string>;
  validS: number;
  at: Date;
};

/** A request of this service. With the key "" it concerns the bucket itself. */
type Call = {
  method: "HEAD" | "PUT" | "DELETE";
  key: string;
  headers?: Record<string, string>;
  /** The answer, with its body, has arrived by then. */
  limitMs: number;
};

export type S3 = {
  presign: (request: Presigned) => Promise<string>;
  /** @throws if the store does not answer within the limit */
  call: (request: Call) => Promise<{ status: number; headers: Headers; body: string }>;
};

/** `https://host/bucket/key`, or `https://bucket.host/key`. */
const addressOf = (endpoint: string, { bucket, pathStyle }: FileStoreConfig, key: string): URL => {
  const url = new URL(endpoint);
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  const parts = [url.pathname.replace(/\/+$/, ""), ...(pathStyle ? [bucket] : []), ...(key === "" ? [] : [key])];
  url.pathname = parts.join("/");
  return url;
};

/** `20260301T120000Z`. */
const signedTime = (at: Date): string => at.toISOString().replaceAll(/[-:]|\.\d+/g, "");

/** Signs addresses and requests for one bucket (AWS Signature Version 4). */
export const openS3 = (store: FileStoreConfig): S3 => {
  const { endpoint, publicEndpoint, region, accessKeyId, secretAccessKey } = store;
  const own = { accessKeyId, secretAccessKey, region, service: "s3" };
  return {
    presign: async ({ method, key, headers = {}, query = {}, validS, at }) => {
      const url = addressOf(publicEndpoint, store, key);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      url.searchParams.set("X-Amz-Expires", String(validS));
      // `allHeaders`: by default the signer leaves out content-length and content-type, which bind size and type.
      const how = { signQuery: true, allHeaders: true, datetime: signedTime(at) };
      const signed = await new AwsV4Signer({ ...own, ...how, method, url: url.href, headers }).sign();
      return signed.url.href;
    },
    call: async ({ method, key, headers = {}, limitMs }) => {
      const url = addressOf(endpoint, store, key).href;
      const signed = await new AwsV4Signer({ ...own, method, url, headers }).sign();
      const signal = AbortSignal.timeout(limitMs);
      const response = await fetch(signed.url, { method, headers: signed.headers, redirect: "manual", signal });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
  };
};
