import { z } from "zod";

/** A booking's or a user's id: the main backend's, opaque to us. */
export const backendIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_\-.:]{1,128}$/, "1 to 128 characters of A-Z a-z 0-9 _ - . :");

const ownId = /^[0-9a-f]{24}$/i;

/** A chat's id: 24 hex digits, ours. */
export const chatIdSchema = z.string().regex(ownId, "24 hex digits");

/** Whether this could be a chat's id at all; one that could not is answered as one that is not there. */
export const isChatId = (text: string): boolean => ownId.test(text);
