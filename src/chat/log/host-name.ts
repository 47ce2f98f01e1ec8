// A name whose last part is a number would be an IPv4 address, and 256.1.1.1 is not one. A part has at most 63 characters.
const hostName =
  /^(?=.{1,254}$)(?!.*(?:^|\.)\d+\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** Whether this is a host name as in DNS: ASCII, with names in other scripts in their `xn--` form. */
export const isHostName = (host: string): boolean => hostName.test(host);
