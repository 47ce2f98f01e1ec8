/** The number of digits of the shortest whole number that a double may change. */
const manyDigits = /\d{16}/;

// The third argument has the number's source text; TypeScript's own library does not have it yet.
const keepDigits = (_name: string, value: unknown, written?: { source?: string }): unknown => {
  const isInexact = typeof value === "number" && !Number.isSafeInteger(value);
  return isInexact && /^\d+$/.test(written?.source ?? "") ? written?.source : value;
};

/**
 * Parses JSON so that whole numbers keep all their digits: a number that a double would change becomes text.
 *
 *     {"id":9007199254740993} → { id: "9007199254740993" }, not { id: 9007199254740992 }
 *
 * @throws SyntaxError if it is not JSON; RangeError if it is nested too deep
 */
export const parseExactJson = (text: string): unknown =>
  manyDigits.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
