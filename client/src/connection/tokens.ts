import { failure } from "../errors.ts";
import { within } from "../within.ts";

/** A getToken that never answers must not hold the connection for ever. */
const answerLimitMs = 20_000;
/** A token that ends within this time is not used any more. */
const leewayMs = 5_000;

/** When a JWT ends, in milliseconds since 1970. Anything else counts as ended, so it is used once. */
const endOf = (token: string): number => {
  try {
    return JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))).exp * 1_000;
  } catch {
    return 0;
  }
};

/** The tokens of `getToken`, which is asked one question at a time. */
export class Tokens {
  readonly #getToken: () => Promise<string>;
  #current = "";
  #asking: Promise<string> | undefined;

  constructor(getToken: () => Promise<string>) {
    this.#getToken = getToken;
  }

  /** A new one. @throws `no_token` */
  renew(): Promise<string> {
    return (this.#asking ??= this.#ask());
  }

  /** The last one, if it did not end and was not refused; else a new one. */
  async get(): Promise<string> {
    return endOf(this.#current) > Date.now() + leewayMs ? this.#current : this.renew();
  }

  forget(): void {
    this.#current = "";
  }

  async #ask(): Promise<string> {
    try {
      // In a promise, as it may throw at once.
      const token = await within(answerLimitMs, Promise.resolve().then(this.#getToken));
      if (!token) throw new Error("getToken gave no token.");
      return (this.#current = token);
    } catch (error) {
      throw failure("no_token", String(error));
    } finally {
      this.#asking = undefined;
    }
  }
}
