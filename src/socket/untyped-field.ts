// For fields of Engine.IO, ws and Node that are not in the public types.

/** The value of a field; undefined if there is none. */
export const field = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;

/** The number in a field; 0 if there is none. */
export const numberIn = (of: unknown, name: string): number => {
  const value = field(of, name);
  return typeof value === "number" ? value : 0;
};
