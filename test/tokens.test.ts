import { afterEach, expect, jest, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { createVerifyToken } from "../src/caller/tokens.ts";

const secret = "the-main-backends-secret";
const verify = createVerifyToken({ secrets: [secret], userIdClaims: ["sub"], issuer: undefined, audience: undefined });

afterEach(() => {
  jest.useRealTimers();
});

test("clocks may differ by five seconds, and a token that is let in by that is good until they are over", () => {
  const nowS = 1_795_341_600;
  jest.useFakeTimers({ now: nowS * 1_000 });
  const end = (exp: number): number => verify(jwt.sign({ sub: "mara", exp }, secret)).expiresAt.getTime() / 1_000;
  expect(end(nowS + 60)).toBe(nowS + 60);
  expect(end(nowS - 4)).toBe(nowS + 1);
  expect(() => end(nowS - 6)).toThrow("A valid token or key is needed.");
  const from = (nbf: number): string => verify(jwt.sign({ sub: "mara", exp: nowS + 60, nbf }, secret)).userId;
  expect(from(nowS + 5)).toBe("mara");
  expect(() => from(nowS + 7)).toThrow("A valid token or key is needed.");
});

test("a token whose end no Date can tell is good, and ends at a time that can be told", () => {
  const { userId, expiresAt } = verify(jwt.sign({ sub: "mara", exp: 1e15 }, secret));
  expect(userId).toBe("mara");
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  expect(expiresAt.toISOString()).toBe("9999-12-31T23:59:59.000Z");
});

test("the user is the first of the claims that says something", () => {
  const any = createVerifyToken({
    secrets: [secret],
    userIdClaims: ["sub", "id"],
    issuer: undefined,
    audience: undefined,
  });
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const sign = (claims: object) => jwt.sign(JSON.stringify({ ...claims, exp }), secret);
  expect(any(sign({ sub: null, id: "mara" })).userId).toBe("mara");
  expect(any(sign({ sub: "ines", id: "mara" })).userId).toBe("ines");
  expect(() => any(sign({ sub: "", id: "mara" }))).toThrow("A valid token or key is needed.");
});
