import type { z } from "zod";
import { ChatError, type FieldError } from "./errors.ts";

const mostErrorsTold = 20;

/** zod's issues as the contract's `errors`: dotted paths, at most twenty. */
export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues
    .slice(0, mostErrorsTold)
    .map(({ path, message }) => ({ path: path.map(String).join(".").slice(0, 200), message }));

/**
 * What came in over an edge, as the type the inside works with.
 * @throws ChatError `validation_failed` naming each wrong field
 */
export const parse = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ChatError("validation_failed", { errors: fieldErrors(parsed.error) });
};
