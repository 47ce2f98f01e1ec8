import { existsSync, readFileSync } from "node:fs";
import { signToken, userIdRule } from "./sign-token.ts";

/** A week: it is pasted into a page or a file that somebody works on. */
const lifetimeS = 7 * 24 * 3_600;

const usage = `npm run token -- USER
  prints a token of that user for the chat on this machine, signed with JWT_SECRET, or with the secret that npm start made`;

const noSecret =
  "There is no secret to sign with: run npm start once, which makes one, or set JWT_SECRET to the chat node's, in the environment or in .env.";

export interface MakeTokenOptions {
  /** The user's id. */
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Where `npm start` keeps the secrets that it made. */
  secretsFile: string;
}

/**
 * A token as the main backend would sign it, for a page that is being developed.
 * @throws Error that says what to do, without a user or a secret, and in production
 */
export function makeToken({ args, env, secretsFile }: MakeTokenOptions): string {
  const [userId, ...others] = args;
  if (userId === undefined || others.length > 0) throw new Error(usage);
  if (env["NODE_ENV"] === "production") {
    throw new Error("NODE_ENV is production: there the main backend signs the tokens.");
  }
  const jwtSecret = firstOf(env["JWT_SECRET"]) ?? keptSecret(secretsFile);
  if (jwtSecret === undefined) throw new Error(noSecret);
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  const token = signToken(userId, { jwtSecret, issuer, audience }, lifetimeS);
  if (token === undefined) throw new Error(`USER: ${userIdRule}`);
  return token;
}

/** The first of several, as the page does: during a rotation it is the newest. */
const firstOf = (list = ""): string | undefined =>
  list
    .split(",")
    .map((item) => item.trim())
    .find((item) => item !== "");

function keptSecret(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const { JWT_SECRET: secret }: { JWT_SECRET?: string } = JSON.parse(readFileSync(file, "utf8"));
  return secret;
}
