const ipv4InIpv6 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** The first four groups of an IPv6 address: one line has all the addresses behind them. */
const networkOf = (address: string): string => {
  const [head = "", tail] = address.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
};

/** What an address is counted under: itself, or the /64 it is from. */
export const addressKey = (given: string): string => {
  const address = given.slice(0, 64).toLowerCase();
  const ipv4 = ipv4InIpv6.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  return address.includes(":") && !address.includes(".") ? networkOf(address) : address;
};
