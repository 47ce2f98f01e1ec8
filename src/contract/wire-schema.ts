import type { z } from "zod";

// Each payload has a plain type and a zod schema. A type derived from the schema (`z.input`) would need zod wherever it is
// used, and a client of the chat must not need it. So schemas are marked `@internal`: a client's declarations are emitted
// with `stripInternal`, which keeps only the plain types.

/** A type with its intersections written out, so that two types with the same fields are the same. */
type Plain<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

// Two types that can be assigned to each other may still differ: only one of them may have some optional field. Within
// these functions TypeScript checks whether `Plain<One>` and `Plain<Other>` are identical.
type Same<One, Other> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- with an unknown type TypeScript compares both and computes neither
  (<T>() => T extends Plain<One> ? 1 : 2) extends <T>() => T extends Plain<Other> ? 1 : 2 ? true : false;

/**
 * Keeps a schema equal to the plain type of its payload: `wireSchema<Typing>()(z.object({ … }))` does not compile if a field
 * differs, or whether it is optional.
 * @internal
 */
export const wireSchema =
  <T>() =>
  <S extends z.ZodType>(schema: S & (Same<z.input<S>, T> extends true ? unknown : { differsFrom: T })): S =>
    schema;
