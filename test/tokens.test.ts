import { expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { createVerifyToken } from "../src/tokens.ts";

const secret = "the-main-backends-secret";
const verify = createVerifyToken({ secrets: [secret], userIdClaims: ["sub"], issuer: undefined, audience: undefined });

test("a token whose end no Date can tell is good, and ends at a time that can be told", () => {
  const { userId, expiresAt } = verify(jwt.sign({ sub: "mara", exp: 1e15 }, secret));
  expect(userId).toBe("mara");
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  expect(() => expiresAt.toISOString()).not.toThrow();
});
