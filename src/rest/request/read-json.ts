import { MIMEType } from "node:util";
import express, { type Request, type RequestHandler } from "express";
import { ChatError } from "../../chat/errors.ts";
import { parseExactJson } from "../../contract/exact-json.ts";
import { askForBody } from "./protect.ts";

/** The longest body in bytes. */
export const mostBodyBytes = 64 * 1024;

const lengthOf = (req: Request): number => Number(req.get("content-length") ?? 0);

const contentTypeOf = (req: Request): MIMEType | null => {
  try {
    return new MIMEType(req.get("content-type") ?? "");
  } catch {
    return null;
  }
};

// Names of UTF-8 that the Encoding Standard does not have, by IANA, Python, Windows and MySQL.
const moreNamesOfUtf8 = new Set(["csutf8", "utf_8", "utf-8-sig", "cp65001", "utf8mb4"]);

const isUtf8 = (charset: string): boolean => {
  try {
    return moreNamesOfUtf8.has(charset.toLowerCase()) || new TextDecoder(charset).encoding === "utf-8";
  } catch {
    return false;
  }
};

const notUtf8 = (cause?: unknown): ChatError =>
  new ChatError("unsupported_media_type", { text: "Send JSON in UTF-8.", cause });

/** @throws ChatError `unsupported_media_type` for everything but JSON in UTF-8 */
const requireJson = (req: Request): void => {
  const type = contentTypeOf(req);
  if (type?.essence !== "application/json") throw new ChatError("unsupported_media_type");
  // An empty name says nothing, and JSON is UTF-8 where nothing is said.
  const charset = type.params.get("charset") || "utf-8";
  if (!isUtf8(charset)) throw notUtf8();
};

// Refuse before reading: the parser would take in the whole of a long body first.
const refuseEarly: RequestHandler = (req, _res, next) => {
  if (lengthOf(req) > mostBodyBytes) throw new ChatError("payload_too_large");
  if (lengthOf(req) > 0) requireJson(req);
  next();
};

// Decoded all the same, bytes of another charset would come out as other letters than were sent.
const utf8 = new TextDecoder("utf-8", { fatal: true });
const decode = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw notUtf8(error);
  }
};

const notAnObject = (cause?: unknown): ChatError =>
  new ChatError("validation_failed", { text: "The body is not a JSON object.", cause });

const parseJson = (text: string): unknown => {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw notAnObject(error);
  }
};

/** The decoder leaves a byte order mark out; a body of nothing else is empty. */
const objectIn = (bytes: Buffer): object => {
  const text = decode(bytes);
  const value = text === "" ? {} : (parseJson(text) ?? {});
  if (typeof value !== "object" || Array.isArray(value)) throw notAnObject();
  return value;
};

// Only now is it known of a body in chunks whether it is empty.
const parseBody: RequestHandler = (req, _res, next) => {
  const bytes: unknown = req.body;
  const isEmpty = !Buffer.isBuffer(bytes) || bytes.length === 0;
  if (!isEmpty) requireJson(req);
  req.body = isEmpty ? {} : objectIn(bytes);
  next();
};

/**
 * Reads a body of JSON, at most 64 KB of it, in UTF-8 by any of its names, with or without a byte order mark. `req.body`
 * is an object: `{}` for an empty body, whatever its type, and for `null`. Compressed bodies are refused: a small one can
 * hold a very large one.
 */
export const readJson: RequestHandler[] = [
  refuseEarly,
  askForBody,
  express.raw({ limit: mostBodyBytes, inflate: false, type: () => true }),
  parseBody,
];
