/** The prefix of our channels in Redis. */
export const channelKey = "lyvo-chat";

/**
 * How nodes write to each other through Redis: JSON, which Node writes and reads natively. What is not ours on the
 * channel is read as nothing, and the adapter leaves it aside.
 *
 * A node hears its own messages as well and drops them by the id they begin with: `["Xk2b9A",{…},{…}]`. With
 * `isOwn` that is seen without parsing the rest.
 */
export const createWireParser = (isOwn: (uid: string) => boolean = () => false) => ({
  encode: (value: unknown): string => JSON.stringify(value),
  decode: (bytes: Buffer | string): unknown => {
    const uid = /^\["([^"\\]{1,20})",/.exec(bytes.toString("latin1", 0, 32))?.[1];
    if (uid !== undefined && isOwn(uid)) return [uid];
    try {
      return JSON.parse(bytes.toString());
    } catch {
      return [];
    }
  },
});
