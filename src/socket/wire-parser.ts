/**
 * How nodes write to each other through Redis: JSON, which Node writes and reads natively. What is not ours on the
 * channel is read as nothing, and the adapter leaves it aside.
 */
export const wireParser = {
  encode: (value: unknown): string => JSON.stringify(value),
  decode: (bytes: Buffer | string): unknown => {
    try {
      return JSON.parse(bytes.toString());
    } catch {
      return [];
    }
  },
};

/** The prefix of our channels in Redis. */
export const channelKey = "lyvo-chat";
