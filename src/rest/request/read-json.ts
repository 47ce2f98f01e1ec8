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

// Names of UTF-8 from IANA, Python, Windows and MySQL that the Encoding Standard does not have.
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

/** @throws ChatError `unsupported_media_type` for everything except JSON in UTF-8 */
const requireJson = (req: Request): void => {
  const type = contentTypeOf(req);
  if (type?.essence !== "application/json") throw new ChatError("unsupported_media_type");
  // An empty name counts as none, and JSON without a charset is UTF-8.
  const charset = type.params.get("charset") || "utf-8";
  if (!isUtf8(charset)) throw notUtf8();
};

// Refuses before reading: the parser would first read the whole of a long body.
const refuseEarly: RequestHandler = (req, _res, next) => {
  if (lengthOf(req) > mostBodyBytes) throw new ChatError("payload_too_large");
  if (lengthOf(req) > 0) requireJson(req);
  next();
};

// Bytes of another charset, decoded as UTF-8, would become other letters than were sent.
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

/** The decoder removes a byte order mark; a body that contains only the mark is empty. */
const objectIn = (bytes: Buffer): object => {
  const text = decode(bytes);
  const value = text === "" ? {} : (parseJson(text) ?? {});
  if (typeof value !== "object" || Array.isArray(value)) throw notAnObject();
  return value;
};

// For a chunked body it is only known here whether it is empty.
const parseBody: RequestHandler = (req, _res, next) => {
  const bytes: unknown = req.body;
  const isEmpty = !Buffer.isBuffer(bytes) || bytes.length === 0;
  if (!isEmpty) requireJson(req);
  req.body = isEmpty ? {} : objectIn(bytes);
  next();
};

/**
 * Reads a JSON body of at most 64 KB, in UTF-8 under any of its names, with or without a byte order mark. `req.body`
 * is an object: `{}` for an empty body, whatever its type, and for `null`. Compressed bodies are refused, since a small
 * one can unpack to a very large one.
 */
export const readJson: RequestHandler[] = [
  refuseEarly,
  askForBody,
  express.raw({ limit: mostBodyBytes, inflate: false, type: () => true }),
  parseBody,
];
