import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { makeToken } from "../../local/make-token.ts";
import { createVerifyToken } from "../../src/caller/tokens.ts";

const folder = mkdtempDisposableSync(join(tmpdir(), "lyvo-chat-token-"));
const secretsFile = join(folder.path, "secrets.json");
afterAll(() => folder.remove());

const none = join(folder.path, "none.json");
const verify = (secret: string, named = {}) =>
  createVerifyToken({ secrets: [secret], userIdClaims: ["sub"], issuer: undefined, audience: undefined, ...named });

test("a token is signed with the configured secret, or with the one that npm start made, and is valid for a week", () => {
  writeFileSync(secretsFile, JSON.stringify({ JWT_SECRET: "made", INTERNAL_API_KEY: "key" }));
  const { userId, expiresAt } = verify("made")(makeToken({ args: ["mara"], env: {}, secretsFile }));
  expect(userId).toBe("mara");
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(6 * 24 * 3_600_000);
  const env = { JWT_SECRET: " newest ,older", JWT_ISSUER: "lyvo", JWT_AUDIENCE: "chat" };
  const check = verify("newest", { issuer: "lyvo", audience: "chat" });
  expect(check(makeToken({ args: ["mara"], env, secretsFile })).userId).toBe("mara");
});

test.each([
  ["no user", [], {}, /^npm run token -- USER\n/],
  ["two users", ["mara", "jonas"], {}, /^npm run token -- USER\n/],
  ["a user whom nobody can be", ["Mara Lindqvist"], { JWT_SECRET: "s" }, /^USER: 1 to 128 characters/],
  ["no secret", ["mara"], { JWT_SECRET: "" }, /^There is no secret to sign with: run npm start once/],
  ["production", ["mara"], { JWT_SECRET: "s", NODE_ENV: "production" }, /^NODE_ENV is production/],
])("with %s it says what to do", (_what, args, env, expected) => {
  expect(() => makeToken({ args, env, secretsFile: none })).toThrow(expected);
});
