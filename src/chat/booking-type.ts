import type { BookingEvent } from "./acts/booking-event.ts";

type BookingType = BookingEvent["type"];

/** An additional name of a type (BOOKING_TYPE_ALIASES); `ignored`: its events do not concern us. */
export type TypeAlias = { name: string; means: BookingType | "ignored" };

/**
 * The meaning of a type's name. `unclear`: it mentions a booking and an approval or a cancellation, but is not a known
 * name; skipping it might lose an approval. `other`: it does not concern us.
 */
export type TypeMeaning = TypeAlias["means"] | "unclear" | "other";

const longestName = 256;
const mostKnown = 100;

const builtIn: TypeAlias[] = [
  { name: "booking.approved", means: "approved" },
  { name: "booking.cancelled", means: "cancelled" },
  { name: "booking.canceled", means: "cancelled" },
  { name: "approved", means: "approved" },
  { name: "cancelled", means: "cancelled" },
  { name: "canceled", means: "cancelled" },
];

const isNoise = (word: string): boolean => /^(?:v?\d+|events?|)$/.test(word);

// "confirmedevent" → "confirmed", "bookings" → "booking"
const stem = (word: string): string =>
  word
    .replace(/(?<=.)v\d+$/, "")
    .replace(/(?<=.)events?$/, "")
    .replace(/(?<=[^s])s$/, "");

const wordsOf = (part: string): string[] =>
  part
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, " ")
    .toLowerCase()
    .split(" ")
    .filter((word) => !isNoise(word))
    .map(stem);

/**
 * The parts of a name, without case, quotes, plural, `Event` and versions, which are ignored.
 *
 *     "com.lyvo.BookingsConfirmedEvent.v1.0" → [com] [lyvo] [booking, confirmed]
 */
const partsOf = (name: string): string[][] =>
  name
    .split(/[^\p{L}\d]+/u)
    .map(wordsOf)
    .filter((words) => words.length > 0);

const speaksOfUs = (name: string): boolean =>
  (/booking/i.test(name) && /app?rov|cancel/i.test(name)) || /^\W*(?:app?rov|cancel)[a-z]*\W*$/i.test(name);

/** Whether anything is left of a name without the ignored parts. */
export const isTypeName = (name: string): boolean => name.length <= longestName && partsOf(name).length > 0;

/**
 * Finds the meaning of a type's name, from our names and those of `aliases`. A prefix is ignored, except before a name of
 * one word: that must be alone, or follow `booking`.
 *
 *     booking.approved, com.lyvo.booking.approved, BookingApprovedEvent, bookings.approved.v1.0, approved → approved
 *     booking.cancelled, booking.canceled                                                                 → cancelled
 *     booking.approval, BookingCancellationRequested                                                      → unclear
 *     payment.approved, booking.amended                                                                   → other
 */
export const createBookingTypes = (aliases: readonly TypeAlias[]): ((name: string) => TypeMeaning) => {
  const whole = new Map<string, TypeAlias["means"]>();
  const endings = new Map<string, TypeAlias["means"]>();
  for (const { name, means } of [...aliases, ...builtIn]) {
    const words = partsOf(name).flat();
    const [first = "", ...rest] = words;
    if (rest.length === 0) whole.set(first, means);
    const [head, tail] = rest.length === 0 ? ["booking", first] : [first, rest.join("")];
    // In a name of only lower-case letters a plural is not recognised.
    for (const joined of [`${head}${tail}`, `${head}s${tail}`]) endings.set(joined, means);
  }
  const read = (name: string): TypeMeaning => {
    const parts = partsOf(name).map((words) => words.join(""));
    const alone = whole.get(parts.join(""));
    const ending = parts.map((_, from) => parts.slice(from).join("")).find((joined) => endings.has(joined));
    return alone ?? endings.get(ending ?? "") ?? (speaksOfUs(name) ? "unclear" : "other");
  };
  const known = new Map<string, TypeMeaning>();
  return (name) => {
    if (name.length > longestName) return speaksOfUs(name) ? "unclear" : "other";
    const meaning = known.get(name) ?? read(name);
    // Records have few different types. This limits the memory for a producer that invents a new name each time.
    if (known.size < mostKnown) known.set(name, meaning);
    return meaning;
  };
};

// Everything except letters and digits, written so that it means the same with and without the flag `u`.
const sign = String.raw`[^A-Za-z\d\u0080-\uffff]`;
const noise = `(?:${sign}*(?:[eE][vV][eE][nN][tT][sS]?|[vV]\\d+)|${sign}+\\d+)*`;

const anyCase = (word: string): string => word.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

const patternOfWords = (words: readonly string[]): string =>
  words.map((word) => `${anyCase(word)}[sS]?${noise}`).join(`${sign}*`);

/** The names of a type as one pattern, for the API documents: exactly what `createBookingTypes` accepts. */
export const typePattern = (wanted: BookingType, aliases: readonly TypeAlias[]): RegExp => {
  const names = [...builtIn, ...aliases]
    .filter(({ means }) => means === wanted)
    .map(({ name }) => partsOf(name).flat());
  const patterns = names.flatMap((words) => {
    const long = words.length === 1 ? ["booking", ...words] : words;
    return [`(?:.*${sign})?${patternOfWords(long)}`, ...(words.length === 1 ? [patternOfWords(words)] : [])];
  });
  return new RegExp(`^${sign}*(?:${[...new Set(patterns)].join("|")})${sign}*$`);
};
