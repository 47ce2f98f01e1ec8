/** As many digits as the shortest whole number that a double may change. */
const manyDigits = /\d{16}/;

// What a number was written as comes third; TypeScript's own library does not know of it yet.
const keepDigits = (_name: string, value: unknown, written?: { source?: string }): unknown => {
  const isInexact = typeof value === "number" && !Number.isSafeInteger(value);
  return isInexact && /^\d+$/.test(written?.source ?? "") ? written?.source : value;
};

/**
 * JSON whose whole numbers keep all their digits: one that a double would change comes as text.
 *
 *     {"id":9007199254740993} → { id: "9007199254740993" }, not { id: 9007199254740992 }
 *
 * @throws SyntaxError where it is not JSON; RangeError where it is nested too deep
 */
export const parseExactJson = (text: string): unknown =>
  manyDigits.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
