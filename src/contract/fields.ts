import { z } from "zod";
import { longestReason } from "../chat/log/content.ts";

/** @internal */
export const timeSchema = z.iso.datetime({ precision: 3 }).meta({ description: "RFC 3339, UTC, with milliseconds" });

/** @internal */
export const shownTimeSchema = timeSchema.meta({ example: "2026-03-01T12:00:00.000Z" });

/**
 * A position in a chat's log; 0 is before the first entry.
 * @internal
 */
export const placeSchema = z.int().min(0);

/**
 * JSON Schema counts code points, like us; zod's own `max` counts UTF-16 units.
 * @internal
 */
export const reasonSchema = z.string().meta({ maxLength: longestReason });
