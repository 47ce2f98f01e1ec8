import { z } from "zod";
import { type ErrorCode, errorTable, type FieldError } from "../chat/errors.ts";
import { wireSchema } from "./wire-schema.ts";

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code);
const codeSchema = z.enum(Object.keys(errorTable).filter(isErrorCode)).meta({ title: "ErrorCode" });
const fieldErrorsSchema = wireSchema<FieldError[]>()(
  z.array(z.object({ path: z.string(), message: z.string() }).meta({ title: "FieldError" })),
);

export type WireError = { code: ErrorCode; message: string; errors?: FieldError[]; retryAfterMs?: number };
/** The ack of an event that failed. */
export type Refusal = { ok: false; error: WireError };
/** @internal */
export const refusalSchema = wireSchema<Refusal>()(
  z
    .object({
      ok: z.literal(false),
      error: z.object({
        code: codeSchema,
        message: z.string(),
        errors: z.exactOptional(fieldErrorsSchema),
        retryAfterMs: z.exactOptional(z.int()),
      }),
    })
    .meta({ id: "Failed", description: "Every failure; the codes are those of the REST problems." }),
);

/** The answer to a call that failed (RFC 9457). */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  errors?: FieldError[];
  retryAfterMs?: number;
  requestId: string;
};
/** @internal */
export const problemSchema = wireSchema<Problem>()(
  z
    .object({
      type: z.string().meta({ format: "uri-reference" }),
      title: z.string(),
      status: z.int().min(400).max(599),
      code: codeSchema,
      detail: z.string(),
      errors: z.exactOptional(fieldErrorsSchema),
      retryAfterMs: z.exactOptional(z.int().min(0)).meta({ description: "`Retry-After` to the millisecond" }),
      requestId: z.string(),
    })
    .meta({ id: "Problem" }),
);
