import jwt from "jsonwebtoken";
import { z } from "zod";
import { ChatError } from "../chat/errors.ts";
import { givenIdSchema } from "../chat/ids.ts";
import type { JwtConfig } from "../config/config.ts";
import { parseExactJson } from "../contract/exact-json.ts";

/** The user of a token, when it expires, and when it was issued, in seconds of the epoch; null if it does not say. */
export type Identity = { userId: string; expiresAt: Date; issuedAtS: number | null };
export type VerifyToken = (token: unknown) => Identity;

const longestToken = 8_192;
/** How far the main backend's clock and ours may differ. */
const leewayS = 5;
// The last second that RFC 3339 can represent; a token that never expires may have a larger number.
const lastS = Date.UTC(9999, 11, 31, 23, 59, 59) / 1_000;

// jsonwebtoken accepts tokens without `exp` and with an unknown `crit`, so both are checked here.
const headerSchema = z.object({ crit: z.undefined().optional() });
const claimsSchema = z.looseObject({ exp: z.number().positive() });

const unauthenticated = (cause?: unknown): ChatError => new ChatError("unauthenticated", { cause });

/** The claims of a verified token; their numbers keep all digits. */
const exactClaims = (token: string): Record<string, unknown> =>
  z.looseObject({}).parse(parseExactJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));

// A token that is valid only because of the leeway ends with the leeway.
const endOf = (exp: number): Date => {
  const ms = Math.min(exp, lastS) * 1_000;
  return new Date(ms > Date.now() ? ms : ms + leewayS * 1_000);
};

/** Beyond this an `iat` is no time in seconds; some issuers write milliseconds. */
const mostAheadS = 24 * 3_600;

const issuedAtOf = (iat: unknown): number | null =>
  typeof iat === "number" && iat <= Date.now() / 1_000 + mostAheadS ? iat : null;

/** The token of an `Authorization: Bearer …` header, undefined if there is none. */
export const bearerToken = (header: string | undefined): string | undefined =>
  /^Bearer +([^\s]+) *$/i.exec(header ?? "")?.[1];

/**
 * Checks the main backend's tokens: HS256 by any of the secrets, `exp` required, issuer and audience where configured,
 * five seconds of leeway for clocks.
 * The user is the first of the configured claims that the token has.
 * @returns a function that throws ChatError `unauthenticated` for everything else, without saying why
 */
export const createVerifyToken = ({ secrets, userIdClaims, issuer, audience }: JwtConfig): VerifyToken => {
  const options: jwt.VerifyOptions & { complete: true } = {
    algorithms: ["HS256"],
    complete: true,
    clockTolerance: leewayS,
    ...(issuer && { issuer }),
    ...(audience && { audience }),
  };

  const verifyWithAny = (token: string): jwt.Jwt => {
    let reason: unknown;
    for (const secret of secrets) {
      try {
        return jwt.verify(token, secret, options);
      } catch (error) {
        reason = error;
      }
    }
    throw unauthenticated(reason);
  };

  const userIdOf = (claims: Record<string, unknown>, token: string): string => {
    const claim = userIdClaims.find((name) => Object.hasOwn(claims, name) && claims[name] !== null);
    const given = claim === undefined ? undefined : claims[claim];
    const isInexact = typeof given === "number" && !Number.isSafeInteger(given);
    const userId = givenIdSchema.safeParse(isInexact ? exactClaims(token)[claim ?? ""] : given);
    if (!userId.success) throw unauthenticated();
    return userId.data;
  };

  return (token) => {
    if (typeof token !== "string" || token.length > longestToken) throw unauthenticated();
    const { header, payload } = verifyWithAny(token);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success || !headerSchema.safeParse(header).success) throw unauthenticated();
    return {
      userId: userIdOf(claims.data, token),
      expiresAt: endOf(claims.data.exp),
      issuedAtS: issuedAtOf(claims.data["iat"]),
    };
  };
};
