/** Whether a kafkajs error, or the cause of its "retries exceeded", has one of these types. */
export const isOfType = (error: unknown, types: ReadonlySet<unknown>): boolean =>
  error instanceof Error && (("type" in error && types.has(error.type)) || isOfType(error.cause, types));
