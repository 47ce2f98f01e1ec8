/** Whether an error of kafkajs' is of one of these types: as it is, or as the cause of having tried often enough. */
export const isOfType = (error: unknown, types: ReadonlySet<unknown>): boolean =>
  error instanceof Error && (("type" in error && types.has(error.type)) || isOfType(error.cause, types));
