import { describe, expect, test } from "@jest/globals";
import { addressKey } from "../src/caller/address-key.ts";

describe("an address is counted", () => {
  test.each([
    ["203.0.113.8", "203.0.113.8"],
    ["203.0.113.8:50001", "203.0.113.8"],
    [' "203.0.113.8:1" ', "203.0.113.8"],
    ["::ffff:203.0.113.8", "203.0.113.8"],
    ["::FFFF:cb00:7108", "203.0.113.8"],
    ["0:0:0:0:0:ffff:cb00:7108", "203.0.113.8"],
    ["[::ffff:203.0.113.8]:443", "203.0.113.8"],
  ])("%s as IPv4", (given, key) => expect(addressKey(given)).toBe(key));

  test.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:0:0:0:0", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:50001", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
  ])("%s by its /64", (given, key) => expect(addressKey(given)).toBe(key));

  test.each([
    "",
    "unknown",
    "_hidden",
    "203.0.113.8:x",
    "203.0.113",
    "256.1.1.1",
    "2001:db8::g",
    "[2001:db8::1",
    "a".repeat(10_000),
  ])("%s not at all", (given) => expect(addressKey(given)).toBeNull());
});
