import type { z } from "zod";
import { ChatError, type FieldError } from "./errors.ts";

const mostErrors = 20;

/** zod's issues as the contract's `errors`: dotted paths, at most twenty. */
export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues
    .slice(0, mostErrors)
    .map(({ path, message }) => ({ path: path.map(String).join(".").slice(0, 200), message }));

type Path = readonly PropertyKey[];

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === "object" && value !== null;

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), input);

/** A copy of `input` without the value at `path`: `({ a: { b: null } }, ["a", "b"])` is `{ a: {} }`. */
const without = (input: unknown, [key, ...rest]: Path): unknown => {
  if (!isObject(input) || key === undefined) return input;
  const { [key]: value, ...others } = input;
  return rest.length === 0 ? others : { ...others, [key]: without(value, rest) };
};

/** Parses `input` with `schema`, and leaves out each null that the schema refuses. */
const parseWithoutNulls = <T>(schema: z.ZodType<T>, input: unknown): z.ZodSafeParseResult<T> => {
  const parsed = schema.safeParse(input);
  const nulls = parsed.error?.issues.filter(({ path }) => path.length > 0 && valueAt(input, path) === null) ?? [];
  if (nulls.length === 0) return parsed;
  return schema.safeParse(nulls.reduce<unknown>((rest, { path }) => without(rest, path), input));
};

/**
 * Parses the input of an edge into the type that the inside uses. An optional field that is null counts as left out; so
 * does the whole input: `null` and a missing input are `{}`.
 * @throws ChatError `validation_failed` naming each wrong field
 */
export const parse = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const parsed = parseWithoutNulls(schema, input ?? {});
  if (parsed.success) return parsed.data;
  throw new ChatError("validation_failed", { errors: fieldErrors(parsed.error) });
};
