import encodeRecord from "kafkajs/src/protocol/recordBatch/record/v0/index.js";
import recordBatch from "kafkajs/src/protocol/recordBatch/v0/index.js";
import { registerCodecs } from "../../consumers/kafka/compression.ts";

type Fields = { value: Buffer | string | null; key?: string; headers?: Record<string, string>; offsetDelta?: number };
type Options = { firstOffset?: number; lastOffsetDelta?: number; compression?: number };

/** A batch as kafkajs writes it, with its records one after the other. */
export const aBatch = async (
  records: Fields[],
  { firstOffset = 0, lastOffsetDelta = records.length - 1, compression = 0 }: Options = {},
): Promise<Buffer> => {
  registerCodecs();
  const encoded = records.map(({ value, key, headers, offsetDelta }, index) =>
    encodeRecord({
      offsetDelta: offsetDelta ?? index,
      key: key === undefined ? null : Buffer.from(key),
      value: typeof value === "string" ? Buffer.from(value) : value,
      ...(headers && { headers }),
    }),
  );
  const { buffer } = await recordBatch.RecordBatch({ compression, firstOffset, lastOffsetDelta, records: encoded });
  return buffer;
};
