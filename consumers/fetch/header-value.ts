/** A header's value: kafkajs gives Buffers, an array if a name occurs twice, and null for Kafka's own null. */
export type HeaderValue = Buffer | string | null | undefined | (Buffer | string | null)[];
