import { z } from "zod";

const backendId = /^(?!\.+$)[A-Za-z0-9_\-.:]{1,128}$/;
const backendIdText = "1 to 128 characters of A-Z a-z 0-9 _ - . :, not dots alone";

/** A booking's or a user's id: the main backend's, opaque to us. Dots alone would mean a folder in an address. */
export const backendIdSchema = z.string(backendIdText).regex(backendId, backendIdText);

/**
 * An id that others send as a whole number. Documented without an upper end, since a longer one comes as text where it is
 * written in digits (`parseExactJson`).
 */
export const wholeNumberSchema = (error: string | ((issue: { input?: unknown }) => string)) =>
  z.number({ error }).min(0, { error }).refine(Number.isSafeInteger, { error }).meta({ type: "integer" });

const textFor = (input: unknown): string =>
  typeof input === "number" && input > Number.MAX_SAFE_INTEGER
    ? "a number above 2^53 - 1 loses digits in JSON, send it as text"
    : `${backendIdText}, or a whole number`;
const error = ({ input }: { input?: unknown }): string =>
  input === undefined || input === null ? "missing" : textFor(input);

/** The same as others send it: a whole number counts as its digits. Past 2^53 - 1 another user's id could come out. */
export const givenIdSchema = z.union([backendIdSchema, wholeNumberSchema(error)], { error }).transform(String);

const ownId = /^[0-9a-f]{24}$/i;

/** A chat's id: 24 hex digits, ours. */
export const chatIdSchema = z.string().regex(ownId, "24 hex digits");

/** Whether this could be a chat's id at all; one that could not is answered as one that is not there. */
export const isChatId = (text: string): boolean => ownId.test(text);
