import type { z } from "zod";
import { ChatError, type FieldError } from "./errors.ts";

const mostErrors = 20;

type Path = readonly PropertyKey[];

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === "object" && value !== null;

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), input);

type Issue = z.core.$ZodIssue;

/**
 * The issues of an input. For a union zod reports only that no branch fits; here the issues of one branch replace that: of
 * the first that misses no field, or else of the first. So `{ id: 5 }` is judged as `{ id }`, and `{ url: "x" }` as an
 * address. A union with a text of its own keeps it.
 */
const issuesOf = ({ issues }: z.ZodError, input: unknown): Issue[] =>
  issues.flatMap((issue) => {
    if (issue.code !== "invalid_union" || issue.message !== "Invalid input" || issue.errors.length === 0)
      return [issue];
    const branches = issue.errors.map((branch) =>
      branch.map((inner): Issue => ({ ...inner, path: [...issue.path, ...inner.path] })),
    );
    const hasAll = (branch: Issue[]): boolean => branch.every(({ path }) => valueAt(input, path) !== undefined);
    return branches.find(hasAll) ?? branches[0] ?? [issue];
  });

/** zod's issues as the contract's `errors`: dotted paths, at most twenty. */
export const fieldErrors = (error: z.ZodError, input?: unknown): FieldError[] =>
  issuesOf(error, input)
    .slice(0, mostErrors)
    .map(({ path, message }) => ({ path: path.map(String).join(".").slice(0, 200), message }));

/** A copy of `input` without the value at `path`: `({ a: { b: null } }, ["a", "b"])` is `{ a: {} }`. */
const without = (input: unknown, [key, ...rest]: Path): unknown => {
  if (!isObject(input) || key === undefined) return input;
  const { [key]: value, ...others } = input;
  return rest.length === 0 ? others : { ...others, [key]: without(value, rest) };
};

/** Parses `input` with `schema`, and leaves out each null that the schema refuses. */
const parseWithoutNulls = <T>(schema: z.ZodType<T>, input: unknown): z.ZodSafeParseResult<T> => {
  const parsed = schema.safeParse(input);
  const issues = parsed.error ? issuesOf(parsed.error, input) : [];
  const nulls = issues.filter(({ path }) => path.length > 0 && valueAt(input, path) === null);
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
  throw new ChatError("validation_failed", { errors: fieldErrors(parsed.error, input) });
};
