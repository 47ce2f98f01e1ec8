import type { IncomingMessage } from "node:http";
import { isIP, isIPv4 } from "node:net";

const longestAddress = 128;
const inBrackets = /^\[([^\]]*)\](?::\d{1,5})?$/;
const withPort = /^([^:]*):\d{1,5}$/;
const mappedIpv4 = /^0:0:0:0:0:ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/** `[2001:db8::1]:443`, `203.0.113.8:50001` and `"203.0.113.8"` without what is not the address. */
const bareAddress = (given: string): string => {
  const text = given
    .slice(0, longestAddress)
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .toLowerCase();
  const address = inBrackets.exec(text)?.[1] ?? withPort.exec(text)?.[1] ?? text;
  // fe80::1%eth0: the zone is this machine's.
  return address.split("%", 1)[0] ?? "";
};

/** All eight groups of an IPv6 address, in their shortest spelling. */
const groupsOf = (address: string): string[] => {
  // URL knows every spelling, dotted tails included.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) => part.split(":").filter(Boolean));
  const groups = [...(before ?? []), ...(after ?? [])];
  return (before ?? []).concat(
    Array.from({ length: 8 - groups.length }, () => "0"),
    after ?? [],
  );
};

const dotted = (high: string, low: string): string =>
  [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((bits) => [bits >> 8, bits & 255])
    .join(".");

/**
 * What an address is counted under: an IPv4 address itself, an IPv6 address the /64 it is from, since one line has all of
 * them. An IPv4 address that is written as IPv6 counts as IPv4. Ports, brackets and zones make no difference. Null for
 * what is no address.
 *
 *     203.0.113.8:50001 → 203.0.113.8        ::ffff:cb00:7108 → 203.0.113.8        [2001:db8::1]:443 → 2001:db8:0:0::/64
 */
export const addressKey = (given: string): string | null => {
  const address = bareAddress(given);
  if (isIPv4(address)) return address;
  if (isIP(address) === 0) return null;
  const groups = groupsOf(address);
  const [, high, low] = mappedIpv4.exec(groups.join(":")) ?? [];
  return high !== undefined && low !== undefined ? dotted(high, low) : `${groups.slice(0, 4).join(":")}::/64`;
};

/**
 * What a request's client is counted under: the connection's own address, or the one that the outermost trusted proxy saw.
 * What a proxy writes and is no address (`unknown`) counts as the proxy: a name that can be made up would pass every limit.
 */
export const clientKey = ({ headers, socket }: IncomingMessage, trustedProxies: number): string => {
  const own = (): string => addressKey(socket.remoteAddress ?? "") ?? "unknown";
  if (trustedProxies === 0) return own();
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  return addressKey(forwarded.at(-trustedProxies) ?? forwarded[0] ?? "") ?? own();
};
