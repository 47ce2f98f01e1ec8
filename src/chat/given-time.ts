import { z } from "zod";

/** The format of a time that others send. */
export const timeText = "an RFC 3339 time with its zone, such as 2026-11-22T10:15:00Z";

/** A time that others send, kept to the millisecond. RFC 3339 allows a lower-case t and z, zod does not. */
export const givenTimeSchema = z
  .string(timeText)
  .toUpperCase()
  .meta({
    format: "date-time",
    description: "RFC 3339, with `Z` or any other offset, in any precision; kept to the millisecond",
  })
  .pipe(z.iso.datetime({ offset: true, error: timeText }))
  .transform((text) => new Date(text));
