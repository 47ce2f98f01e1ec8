import express, { type Request, type RequestHandler } from "express";
import { ChatError } from "../chat/errors.ts";

/** The longest body in bytes. */
export const mostBodyBytes = 64 * 1024;

const lengthOf = (req: Request): number => Number(req.get("content-length") ?? 0);
const hasBody = (req: Request): boolean => req.get("transfer-encoding") !== undefined || lengthOf(req) > 0;

// Said at once: the parser would take in the whole of a long body before it refuses it.
const refuseEarly: RequestHandler = (req, _res, next) => {
  if (lengthOf(req) > mostBodyBytes) throw new ChatError("payload_too_large");
  if (hasBody(req) && !req.is("application/json")) throw new ChatError("unsupported_media_type");
  next();
};

/**
 * Reads a body of JSON, at most 64 KB of it; `req.body` stays undefined where none was sent. Compressed bodies are
 * refused: a small one can hold a very large one.
 */
export const readJson: RequestHandler[] = [
  refuseEarly,
  express.json({ limit: mostBodyBytes, inflate: false, strict: true, type: "application/json" }),
];
