export type ServiceName = "mongodb" | "redis" | "kafka";
