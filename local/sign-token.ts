import jwt from "jsonwebtoken";
import { backendIdSchema } from "../src/chat/ids.ts";

export type TokenSettings = {
  /** The secret with which the chat node verifies tokens. */
  jwtSecret: string;
  issuer?: string | undefined;
  audience?: string | undefined;
};

/** What a user's id may be, for a message about one that is not. */
export const userIdRule = "1 to 128 characters of A-Z a-z 0-9 _ - . :";

/**
 * A token as the main backend would sign it; undefined if no user can have that id.
 * @param lifetimeS - for so many seconds it is valid
 */
export function signToken(
  userId: unknown,
  { jwtSecret, issuer, audience }: TokenSettings,
  lifetimeS: number,
): string | undefined {
  const { data: subject } = backendIdSchema.safeParse(userId);
  if (subject === undefined) return undefined;
  const named = { ...(issuer && { issuer }), ...(audience && { audience }) };
  return jwt.sign({}, jwtSecret, { subject, expiresIn: lifetimeS, algorithm: "HS256", ...named });
}
