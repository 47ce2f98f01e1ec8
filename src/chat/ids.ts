import { z } from "zod";

const backendId = /^(?!\.+$)[A-Za-z0-9_\-.:]{1,128}$/;
const backendIdText = "1 to 128 characters of A-Z a-z 0-9 _ - . :, not dots alone";

/** A booking's or a user's id: from the main backend, opaque to us. An id of only dots would mean a folder in an address. */
export const backendIdSchema = z.string(backendIdText).regex(backendId, backendIdText);

/**
 * An id that others send as a whole number. Documented without an upper limit, since `parseExactJson` turns longer numbers
 * into text.
 */
export const wholeNumberSchema = (error: string | ((issue: { input?: unknown }) => string)) =>
  z.number({ error }).min(0, { error }).refine(Number.isSafeInteger, { error }).meta({ type: "integer" });

const textFor = (input: unknown): string =>
  typeof input === "number" && input > Number.MAX_SAFE_INTEGER
    ? "a number above 2^53 - 1 loses digits in JSON, send it as text"
    : `${backendIdText}, or a whole number`;
const error = ({ input }: { input?: unknown }): string =>
  input === undefined || input === null ? "missing" : textFor(input);

/** An id in the form that others send: a whole number counts as its digits. Beyond 2^53 - 1 it could become another user's id. */
export const givenIdSchema = z.union([backendIdSchema, wholeNumberSchema(error)], { error }).transform(String);

const ownId = /^[0-9a-f]{24}$/i;

/** A chat's id: 24 hex digits, ours. */
export const chatIdSchema = z.string().regex(ownId, "24 hex digits");

/** An attachment's id: 24 hex digits, ours. Digits in upper case are the same id. */
export const attachmentIdSchema = z.string().regex(ownId, "24 hex digits").toLowerCase();

/** Whether this can be a chat's id. Anything else is answered like an unknown id. */
export const isChatId = (text: string): boolean => ownId.test(text);
