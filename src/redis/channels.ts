/** The channels between processes. The names are the adapter's and the emitter's, with our prefix. */
export type Channels = {
  /** Broadcasts to more than one room; a broadcast to one room adds the room's name, `…#/#chat:65f0…#`. */
  broadcasts: string;
  /** The pattern of all broadcasts. */
  everyBroadcast: string;
  requests: string;
};

// A database's name, and so a prefix, may contain characters with a meaning in a pattern.
const escaped = (text: string): string => text.replaceAll(/[*?[\]\\^-]/g, String.raw`\$&`);

export const channelsOf = (prefix: string): Channels => ({
  broadcasts: `${prefix}#/#`,
  everyBroadcast: `${escaped(prefix)}#/#*`,
  requests: `${prefix}-request#/#`,
});
