/**
 * What every write and every read of the store asks for. A write is answered when a majority of the replica set has it
 * in its journal, and a read returns only what a majority has. So what was acknowledged, shown, or built upon is still
 * there when a primary falls: of the members that are left, one that has it becomes primary.
 *
 * A write that waits longer than `limitMs` for its majority ends with a `writeConcernError`: it may still last, or not.
 */
const limitMs = 5_000;
const level = "majority";

/** Options of a write through the driver. */
export const durable = { writeConcern: { w: level, j: true, wtimeoutMS: limitMs } } as const;

/** The same for a plain command: what the driver calls `wtimeoutMS` is `wtimeout` to the server. */
export const durableCommand = { writeConcern: { w: level, j: true, wtimeout: limitMs } } as const;

/** Options of a read. */
export const lasting = { readConcern: { level } } as const;

/** Options of a connection string, for what is asked without options of its own. */
export const durableAddress = { readConcernLevel: level, w: level, journal: "true" } as const;
