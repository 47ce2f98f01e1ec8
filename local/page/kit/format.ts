import { locale, words } from "../words/words.ts";

const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const timeWithSeconds = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const shortDate = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });

const dayMs = 86_400_000;

/** `at`: RFC 3339. */
export const clockTime = (at: string): string => time.format(new Date(at));

/** `at`: RFC 3339. */
export const clockTimeWithSeconds = (at: string): string => timeWithSeconds.format(new Date(at));

const startOfDay = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

const daysAgo = (at: Date, now: Date): number => Math.round((startOfDay(now) - startOfDay(at)) / dayMs);

/** A day separator: "Today", "Yesterday", "Monday", "3 November 2026". */
export function dayLabel(at: string, now = new Date()): string {
  const then = new Date(at);
  const days = daysAgo(then, now);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return days > 1 && days < 7 ? weekday.format(then) : date.format(then);
}

/** For a row of the inbox: the time if it is today, else a short date. */
export function shortTime(at: string, now = new Date()): string {
  const then = new Date(at);
  const days = daysAgo(then, now);
  if (days === 0) return time.format(then);
  return days === 1 ? words.yesterday : shortDate.format(then);
}

/** "Mara Lindqvist" → "ML". */
export const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

export const firstName = (name: string): string => name.split(" ")[0] ?? name;

/** Length in code points, as the service counts. */
export const codePoints = (text: string): number => Array.from(text).length;
