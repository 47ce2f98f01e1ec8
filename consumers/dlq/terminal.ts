/** Where the tool writes and asks. */
export type Terminal = {
  /** Columns; null if the output is not a terminal. */
  width: number | null;
  /** Prints a line. */
  print(line: string): void;
  /** Reports the progress; on a terminal, each report replaces the previous one. */
  progress(line: string): void;
  /** Asks for confirmation; null without a terminal. */
  confirm: ((question: string) => Promise<boolean>) | null;
};

// Text from a record may contain control sequences that move a terminal's cursor or change its colours.
const control = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Makes text from outside safe to print; JSON stays the same JSON, which itself escapes only the lowest control characters. */
export const printable = (text: string, kept = ""): string =>
  text.replaceAll(control, (sign) =>
    kept.includes(sign) ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** `2026-11-22 10:00:00Z` */
export const shownTime = (time: Date | null): string =>
  time === null ? "-" : `${time.toISOString().slice(0, 19).replace("T", " ")}Z`;

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** `2 of 5 open dead letters match` */
export const matching = (count: number, total: number, what: string): string =>
  `${count} of ${counted(total, what)} ${count === 1 || total === 1 ? "matches" : "match"}`;
