import { createHmac } from "node:crypto";
import { jwtSecret } from "./start-node.ts";

type Crafting = { header?: object; secret?: string; hash?: string | null };

const encode = (text: string): string => Buffer.from(text).toString("base64url");

/** A token of any header and payload, also such as no library writes; signed with HMAC, or with nothing. */
export const craftToken = (
  payload: string,
  { header = { alg: "HS256", typ: "JWT" }, secret = jwtSecret, hash = "sha256" }: Crafting = {},
): string => {
  const signed = `${encode(JSON.stringify(header))}.${encode(payload)}`;
  return `${signed}.${hash === null ? "" : createHmac(hash, secret).update(signed).digest("base64url")}`;
};
