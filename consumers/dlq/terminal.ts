/** Where the tool writes, and whom it asks. */
export type Terminal = {
  /** Columns; null where nobody looks, as in a file. */
  width: number | null;
  /** A line of the answer. */
  print(line: string): void;
  /** How far it is; where somebody looks, each takes the place of the one before. */
  progress(line: string): void;
  /** Asks for a yes; null where there is nobody to ask. */
  confirm: ((question: string) => Promise<boolean>) | null;
};

// What came with a record may hold whatever moves a terminal's cursor or colours it.
const control = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Text from outside as it can be printed without harm; JSON stays the same JSON, which escapes the lowest controls only. */
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
