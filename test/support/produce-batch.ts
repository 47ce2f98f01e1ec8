import { connect } from "node:net";
import { ByteReader } from "../../consumers/fetch/byte-reader.ts";

type Options = { broker: string; topic: string; partition: number; batch: Buffer };

const numbers = {
  int16: (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
  },
  int32: (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  },
};

const text = (value: string): Buffer => Buffer.concat([numbers.int16(value.length), Buffer.from(value)]);

/** A Produce request, version 3, of one batch as it is: kafkajs takes minutes to put 300,000 records into one. */
const requestOf = ({ topic, partition, batch }: Options): Buffer => {
  const { int16, int32 } = numbers;
  const header = [int16(0), int16(3), int32(1), text("test"), int16(-1), int16(-1), int32(30_000)];
  const body = Buffer.concat([
    ...header,
    int32(1),
    text(topic),
    int32(1),
    int32(partition),
    int32(batch.length),
    batch,
  ]);
  return Buffer.concat([int32(body.length), body]);
};

/** Resolves when the broker, the partition's leader, has the batch. @throws the broker's error code */
export const produceBatch = async (options: Options): Promise<void> => {
  const colon = options.broker.lastIndexOf(":");
  const socket = connect({ host: options.broker.slice(0, colon), port: Number(options.broker.slice(colon + 1)) });
  try {
    socket.write(requestOf(options));
    let answer = Buffer.alloc(0);
    for await (const piece of socket) {
      answer = Buffer.concat([answer, piece]);
      if (answer.length >= 4 && answer.length >= answer.readInt32BE(0) + 4) break;
    }
    const reader = new ByteReader(answer, 12);
    reader.bytes(reader.int16());
    reader.int32();
    reader.int32();
    const code = reader.int16();
    if (code !== 0) throw new Error(`Kafka refused the batch with ${code}`);
  } finally {
    socket.destroy();
  }
};
