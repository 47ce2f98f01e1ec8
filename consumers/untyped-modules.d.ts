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
    compress(data: Uint8Array): Uint8Array;
    decompress(data: Uint8Array, maxSize?: number): Uint8Array;
    /** The most bytes that `decompress` can answer with, by the blocks' headers. */
    decompressBound(data: Uint8Array): number;
  };
  export default lz4;
}

declare module "kafkajs/src/network/requestQueue/index.js" {
  export default class RequestQueue {
    pending: unknown[];
    /** Milliseconds since the epoch; in the past where the broker throttles nothing. */
    throttledUntil: number;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
    enforceRequestTimeout: boolean;
    requestTimeout: number;
    requestTimeoutIntervalId: NodeJS.Timeout;
    /** Those that were sent and not answered. `sentAt`: milliseconds since the epoch. */
    inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest: () => void }>;
    isConnected: () => boolean;
    scheduleRequestTimeoutCheck: (this: RequestQueue) => void;
    /** Ends its timers. */
    destroy: () => void;
  }
}

declare module "kafkajs/src/protocol/decoder.js" {
  export type DecodedHeader = { key: string | null; value: Buffer | null };
  export default class Decoder {
    constructor(buffer: Buffer);
    /** kafkajs reads nothing but a record's headers with it. */
    readVarIntArray: (this: Decoder, readOne: (decoder: Decoder) => DecodedHeader) => DecodedHeader[];
  }
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

declare module "kafkajs/src/protocol/recordBatch/record/v0/decoder.js" {
  import type Decoder from "kafkajs/src/protocol/decoder.js";

  type Batch = { firstOffset: string; firstTimestamp: string };
  type Headers = Record<string, Buffer | null | (Buffer | null)[]>;
  const decodeRecord: (decoder: Decoder, batch: Batch) => { headers: Headers };
  export default decodeRecord;
}

declare module "kafkajs/src/consumer/consumerGroup.js" {
  export default class ConsumerGroup {
    fetch: (this: ConsumerGroup, nodeId: string) => Promise<unknown[]>;
  }
}
