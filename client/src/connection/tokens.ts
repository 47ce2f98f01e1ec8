import { failure } from "../errors.ts";
import { within } from "../timing.ts";

/** A getToken that never answers must not hold the connection for ever. */
const answerLimitMs = 20_000;

export type Tokens = {
  /** A new one. @throws `no_token` */
  renew: () => Promise<string>;
  /** The last one, unless it was refused; else a new one. */
  get: () => Promise<string>;
  forget: () => void;
};

/** The tokens of `getToken`, which is asked one question at a time. */
export const createTokens = (getToken: () => Promise<string>): Tokens => {
  let current: string | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    try {
      current = await within(answerLimitMs, getToken());
      if (!current) throw new Error("getToken gave no token.");
      return current;
    } catch (error) {
      throw failure("no_token", String(error));
    } finally {
      asking = undefined;
    }
  };
  const renew: Tokens["renew"] = () => (asking ??= Promise.resolve().then(ask));
  return { renew, get: async () => current || renew(), forget: () => (current = undefined) };
};
