import type { IncomingMessage } from "node:http";
import { isIP, isIPv4 } from "node:net";

const longestAddress = 128;
const inBrackets = /^\[([^\]]*)\](?::\d{1,5})?$/;
const withPort = /^([^:]*):\d{1,5}$/;
const mappedIpv4 = /^0:0:0:0:0:ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/** The address in `[2001:db8::1]:443`, `203.0.113.8:50001` or `"203.0.113.8"`. */
const bareAddress = (given: string): string => {
  const text = given
    .slice(0, longestAddress)
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .toLowerCase();
  const address = inBrackets.exec(text)?.[1] ?? withPort.exec(text)?.[1] ?? text;
  // fe80::1%eth0: the zone has a meaning only on this machine.
  return address.split("%", 1)[0] ?? "";
};

/** All eight groups of an IPv6 address, each in its shortest form. */
const groupsOf = (address: string): string[] => {
  // URL parses every spelling, including dotted tails.
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
 * The key under which an address is counted: for IPv4 the address itself; for IPv6 its /64, since one customer has all
 * addresses in it. An IPv4 address written as IPv6 counts as IPv4. Ports, brackets and zones make no difference. Null
 * for anything that is not an address.
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
 * The key under which a request's client is counted: the connection's own address, or the one that the outermost trusted
 * proxy saw. If a proxy wrote something else (`unknown`), the proxy's address counts: an invented name would pass every
 * limit.
 */
export const clientKey = ({ headers, socket }: IncomingMessage, trustedProxies: number): string => {
  const own = (): string => addressKey(socket.remoteAddress ?? "") ?? "unknown";
  if (trustedProxies === 0) return own();
  const forwarded = String(headers["x-forwarded-for"] ?? "").split(",");
  return addressKey(forwarded.at(-trustedProxies) ?? forwarded[0] ?? "") ?? own();
};
