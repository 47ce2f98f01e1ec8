/** What a header holds: kafkajs gives Buffers, an array where a name came twice, and null for Kafka's own null. */
export type HeaderValue = Buffer | string | null | undefined | (Buffer | string | null)[];
