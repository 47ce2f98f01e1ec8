declare module "kafkajs-snappy" {
  type Codec = {
    compress: (encoder: { buffer: Buffer }) => Promise<Buffer>;
    decompress: (buffer: Buffer) => Promise<Buffer>;
  };
  const createCodec: () => Codec;
  export default createCodec;
}

declare module "lz4js" {
  const lz4: {
    /** Unpacks `length` bytes at `at` into `into` at `start`; returns the end position in `into`. */
    decompressBlock(packed: Uint8Array, into: Uint8Array, at: number, length: number, start: number): number;
  };
  export default lz4;
}

declare module "kafkajs/src/network/requestQueue/index.js" {
  export default class RequestQueue {
    pending: unknown[];
    /** Milliseconds since the epoch; in the past if the broker throttles nothing. */
    throttledUntil: number;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
    enforceRequestTimeout: boolean;
    requestTimeout: number;
    requestTimeoutIntervalId: NodeJS.Timeout;
    /** Requests that were sent and not answered. `sentAt`: milliseconds since the epoch. */
    inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest: () => void }>;
    isConnected: () => boolean;
    scheduleRequestTimeoutCheck: (this: RequestQueue) => void;
    /** Stops its timers. */
    destroy: () => void;
  }
}

declare module "kafkajs/src/protocol/decoder.js" {
  export default class Decoder {
    constructor(buffer: Buffer);
    buffer: Buffer;
  }
}

declare module "kafkajs/src/protocol/messageSet/decoder.js" {
  import type { KafkaMessage } from "kafkajs";
  import type Decoder from "kafkajs/src/protocol/decoder.js";

  const decodeMessageSet: (decoder: Decoder, bytes: number) => Promise<KafkaMessage[]>;
  export default decodeMessageSet;
}

declare module "kafkajs/src/protocol/recordBatch/crc32C/index.js" {
  /** Castagnoli's checksum (CRC-32C), unsigned; `node:zlib` has a different one. */
  const crc32c: (bytes: Buffer) => number;
  export default crc32c;
}

declare module "kafkajs/src/protocol/recordBatch/v0/index.js" {
  import type Encoder from "kafkajs/src/protocol/encoder.js";

  type Batch = { compression?: number; firstOffset?: number; lastOffsetDelta?: number; records: Encoder[] };
  const recordBatch: { RecordBatch: (batch: Batch) => Promise<Encoder> };
  export default recordBatch;
}

declare module "kafkajs/src/protocol/recordBatch/record/v0/index.js" {
  import type Encoder from "kafkajs/src/protocol/encoder.js";

  type Fields = { offsetDelta: number; key: Buffer | null; value: Buffer | null; headers?: Record<string, string> };
  const encodeRecord: (fields: Fields) => Encoder;
  export default encodeRecord;
}

declare module "kafkajs/src/protocol/requests/fetch/index.js" {
  type Topics = { topic: string; partitions: { partition: number; fetchOffset: string | number }[] }[];
  type Call = { request: unknown; response: { decode: (payload: Buffer) => Promise<unknown> } };
  export type FetchProtocol = (wanted: { version: number }) => (options: { topics: Topics }) => Call;
  const fetchRequests: { protocol: FetchProtocol };
  export default fetchRequests;
}

declare module "kafkajs/src/protocol/encoder.js" {
  export default class Encoder {
    buffer: Buffer;
    writeInt8(value: number): Encoder;
    writeVarInt(value: number): Encoder;
    writeVarLong(value: number): Encoder;
    writeVarIntString(value: string | null): Encoder;
    writeVarIntBytes(value: Buffer | null): Encoder;
  }
}

declare module "kafkajs/src/consumer/consumerGroup.js" {
  export default class ConsumerGroup {
    fetch: (this: ConsumerGroup, nodeId: string) => Promise<unknown[]>;
  }
}
