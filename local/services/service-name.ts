/** `files`: the store for uploaded files. */
export type ServiceName = "mongodb" | "redis" | "kafka" | "files";

export const serviceNames: readonly ServiceName[] = ["mongodb", "redis", "kafka", "files"];
