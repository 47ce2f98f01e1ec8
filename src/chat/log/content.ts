import { z } from "zod";

/** The longest content of a message, in code points. */
export const mostCodePoints = 4_000;

/** The longest reason of a status, in code points. */
export const longestReason = 500;

// Controls but tab and newline; the marks that turn the direction of what follows (U+202A–U+202E, U+2066–U+2069), with
// which one text can be made to look like another. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unwanted = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

// NFC sorts the marks of a letter by comparing each with each: of 16,000 that takes a second, for everybody who is served
// meanwhile. No script has a tenth as many (Unicode's Stream-Safe Text Format breaks after 30).
const mostMarks = 100;
const pile = new RegExp(`(?<!\\p{M})(\\p{M}{${mostMarks}})\\p{M}+`, "gu");

// What takes up no ink: white space; joiners, fillers, soft hyphens, variation selectors and tags (all of them "default
// ignorable" in Unicode); and some that fonts leave blank: Braille's empty cell, the anchors of annotations, joiners of
// hieroglyphs, the filler of Khitan, and the note head without a head.
const anyInk =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB\u{13430}-\u{13440}\u{16FE4}\u{1D159}]/u;

const withoutUnwanted = (text: string): string => text.toWellFormed().replace(unwanted, "");
const withInk = (text: string): string => (anyInk.test(text) ? text : "");
const composed = (text: string): string => withInk(text.normalize("NFC").trim());
const withoutPiles = (text: string): string => (text.length > mostMarks ? text.replace(pile, "$1") : text);

/**
 * A person's text as it is kept: well-formed, without what is invisible and harmful, NFC, ends trimmed; of the marks on
 * one letter the first hundred. A text in which nothing can be seen is empty; joiners beside what can be seen stay. Removing comes before NFC, since it can bring a letter and its accent together.
 * Cleaning twice changes nothing more.
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

/** Text of at most so many code points after clean-up; `least` is told in the documents, and left to the caller to check. */
export const cleanTextSchema = (most: number, least = 0) =>
  z
    .string()
    .meta({ ...(least > 0 && { minLength: least }), maxLength: most })
    .transform((text) => withoutUnwanted(text).trim())
    // NFC makes one of four at most. What is longer is refused before that work.
    .refine((text) => text.length <= 4 * most, { error: `at most ${most} characters`, abort: true })
    .refine((text) => withoutPiles(text) === text, `at most ${mostMarks} marks on one letter`)
    .transform(composed)
    .refine((text) => text.length <= most || codePoints(text) <= most, `at most ${most} characters`);
