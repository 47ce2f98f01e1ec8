/** Where processes write to each other. The names are the adapter's and the emitter's, made of our prefix. */
export type Channels = {
  /** Broadcasts to more than one room; those to one room stand behind it, `…#/#chat:65f0…#`. */
  broadcasts: string;
  /** The pattern of all broadcasts. */
  everyBroadcast: string;
  requests: string;
};

// A database's name, and so a prefix, may hold what means something in a pattern.
const escaped = (text: string): string => text.replaceAll(/[*?[\]\\^-]/g, String.raw`\$&`);

export const channelsOf = (prefix: string): Channels => ({
  broadcasts: `${prefix}#/#`,
  everyBroadcast: `${escaped(prefix)}#/#*`,
  requests: `${prefix}-request#/#`,
});
