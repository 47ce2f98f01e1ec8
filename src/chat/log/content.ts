import { z } from "zod";

/** The longest content of a message, in code points. */
export const mostCodePoints = 4_000;

/** The longest reason of a status, in code points. */
export const longestReason = 500;

// Control characters except tab and newline; the marks that change the direction of what follows (U+202A–U+202E,
// U+2066–U+2069), which can make one text look like another. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
// oxlint-disable-next-line no-control-regex -- this finds control characters
const unwanted = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

// NFC sorts the marks of a letter by comparing each with every other: for 16,000 marks that blocks the process for a
// second. No script needs a tenth as many (Unicode's Stream-Safe Text Format breaks after 30).
const mostMarks = 100;
const pile = new RegExp(`(?<!\\p{M})(\\p{M}{${mostMarks}})\\p{M}+`, "gu");

// Invisible characters: white space; joiners, fillers, soft hyphens, variation selectors and tags (all "default
// ignorable" in Unicode); and some that fonts leave blank: Braille's empty cell, annotation anchors, joiners of
// hieroglyphs, the Khitan filler, and the null note head.
const anyInk =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB\u{13430}-\u{13440}\u{16FE4}\u{1D159}]/u;

const withoutUnwanted = (text: string): string => text.toWellFormed().replace(unwanted, "");
const withInk = (text: string): string => (anyInk.test(text) ? text : "");
const composed = (text: string): string => withInk(text.normalize("NFC").trim());
const withoutPiles = (text: string): string => (text.length > mostMarks ? text.replace(pile, "$1") : text);

/**
 * A person's text as it is stored: well-formed, without harmful invisible characters, NFC, white space at both ends
 * trimmed; only the first hundred marks on one letter. A text without visible characters is empty; joiners beside visible
 * characters stay. Characters are removed before NFC, since that can bring a letter and its accent together.
 * Cleaning a text twice has no further effect.
 *
 *     cleanText(" e\u0000\u0301\r\n") === "é"
 */
export const cleanText = (text: string): string => composed(withoutPiles(withoutUnwanted(text)));

/** Length in code points: "👍🏽" is two, "é" (NFC) is one. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** Text of at most `most` code points after clean-up. `least` appears only in the API documents; the caller checks it. */
export const cleanTextSchema = (most: number, least = 0) =>
  z
    .string()
    .meta({ ...(least > 0 && { minLength: least }), maxLength: most })
    .transform((text) => withoutUnwanted(text).trim())
    // NFC turns at most four code points into one. A longer text is refused before that work.
    .refine((text) => text.length <= 4 * most, { error: `at most ${most} characters`, abort: true })
    .refine((text) => withoutPiles(text) === text, `at most ${mostMarks} marks on one letter`)
    .transform(composed)
    .refine((text) => text.length <= most || codePoints(text) <= most, `at most ${most} characters`);
