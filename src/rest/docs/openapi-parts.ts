import type { z } from "zod";
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { type ErrorCode, errorTable } from "../../chat/errors.ts";
import { problemSchema } from "../../contract/failures.ts";
import { problemMediaType } from "../request/problem.ts";
import { mostBodyBytes } from "../request/read-json.ts";

export const asUser = [{ bearer: [] }];
export const asService = [{ apiKey: [] }];

export const requestIdHeader = {
  "X-Request-Id": { description: "The request's id, also in logs", schema: { type: "string" } },
} as const;

/** How long a body may be, in words. */
export const mostBodyText = `${mostBodyBytes / 1024} KB`;

/** A JSON body, with an example for trying the call. If it is not required, it may be left out or be null. */
export const jsonBody = (schema: z.ZodType, example: object, { required = true } = {}) => ({
  required,
  description: `JSON, at most ${mostBodyText} of it`,
  content: { "application/json": { schema: required ? schema : schema.nullable(), example } },
});

/** A successful answer. */
export const answer = (
  description: string,
  schema: z.ZodType,
  headers: Record<string, { description: string; schema: { type: "string" } }> = {},
): ZodOpenApiResponseObject => ({
  description,
  headers: { ...requestIdHeader, ...headers },
  content: { "application/json": { schema } },
});

export const location = {
  Location: { description: "The address of what was created", schema: { type: "string" } },
} as const;

const problem = (codes: ErrorCode[]): ZodOpenApiResponseObject => ({
  description: codes.map((code) => `\`${code}\`: ${errorTable[code].text}`).join("\n\n"),
  headers: {
    ...requestIdHeader,
    ...(codes.some((code) => errorTable[code].retryable) && {
      "Retry-After": { description: "Whole seconds to wait", schema: { type: "integer" } },
    }),
  },
  content: { [problemMediaType]: { schema: problemSchema } },
});

// The problems that every call with a token or a key may be answered with.
const always: ErrorCode[] = ["unauthenticated", "rate_limited", "internal", "unavailable"];
/** The additional problems of a call with a body. */
export const bodyProblems: ErrorCode[] = ["validation_failed", "payload_too_large", "unsupported_media_type"];

/** The problems of a call, grouped by HTTP status. */
export const problems = (codes: ErrorCode[], common: ErrorCode[] = always): ZodOpenApiResponsesObject => {
  const byStatus = Map.groupBy([...codes, ...common], (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]): [string, ZodOpenApiResponseObject] => [String(status), problem(group)]),
  );
};
