import type { z } from "zod";

// Each payload has a plain type and a zod schema. A type made of the schema (`z.input`) would bring zod to everybody who
// uses the type, and a client of the chat must not need it. So schemas are marked `@internal`: a client's declarations are
// emitted with `stripInternal`, which leaves the plain types alone.

/** A type with its intersections written out, so that fields are compared and not how they were put together. */
type Plain<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

// Two types that can be assigned to each other may still differ in an optional field that only one of them has. Inside of
// these functions TypeScript compares `Plain<One>` and `Plain<Other>` for being identical.
type Same<One, Other> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a type that nobody knows keeps both from being computed
  (<T>() => T extends Plain<One> ? 1 : 2) extends <T>() => T extends Plain<Other> ? 1 : 2 ? true : false;

/**
 * Holds a schema and the plain type of what goes over the wire equal: `wireSchema<Typing>()(z.object({ … }))` does not
 * compile when a field, or whether it may be left out, differs.
 * @internal
 */
export const wireSchema =
  <T>() =>
  <S extends z.ZodType>(schema: S & (Same<z.input<S>, T> extends true ? unknown : { differsFrom: T })): S =>
    schema;
