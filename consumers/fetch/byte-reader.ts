/** The bytes end too early. */
export class EndsEarly extends Error {
  constructor() {
    super("it ends early");
    this.name = "EndsEarly";
  }
}

const mostVarBytes = 10;

/**
 * Reads Kafka's types from untrusted bytes. kafkajs' own decoder reads past the end without an error. Every read throws
 * EndsEarly if bytes are missing.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#forward(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#forward(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#forward(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#forward(4));
  }

  /** Exact up to 2^53, more than any offset or time. */
  int64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#forward(8)));
  }

  /** As text, for ids that may be any 64-bit number. */
  int64Text(): string {
    return this.#bytes.readBigInt64BE(this.#forward(8)).toString();
  }

  /** A zigzag number of up to ten bytes, seven bits each and the lowest first. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < mostVarBytes; index += 1) {
      const byte = this.#bytes[this.#forward(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new Error("a number has no end");
  }

  /** Null if the length is -1. */
  bytes(length: number): Buffer | null {
    if (length === -1) return null;
    if (length < 0) throw new Error("a length is negative");
    const start = this.#forward(length);
    return this.#bytes.subarray(start, start + length);
  }

  #forward(length: number): number {
    const start = this.#at;
    if (length > this.left) throw new EndsEarly();
    this.#at = start + length;
    return start;
  }
}
