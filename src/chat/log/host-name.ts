// A name whose last part is a number would be an IPv4 address, and 256.1.1.1 is none. A part has 63 characters at most.
const hostName =
  /^(?=.{1,254}$)(?!.*(?:^|\.)\d+\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** Whether this is a host's name as DNS has it: ASCII, with names of other scripts in their `xn--` form. */
export const isHostName = (host: string): boolean => hostName.test(host);
