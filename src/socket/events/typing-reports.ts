/** While typing lasts, it is reported to other nodes once in this time, however often a client sends it. */
const repeatEveryMs = 2_500;
/** This many beginnings are reported at once; after that, beginnings are reported as often as lasting typing. */
const mostBeginsAtOnce = 4;

/** What the other nodes know of one person's typing in one chat. */
export type TypingReports = {
  /** When typing was last reported; null: they know of none. */
  reportedAt: number | null;
  /** A device has sent typing since the last report. */
  isRefreshed: boolean;
  /** The allowance for beginnings is used up to this time. */
  paidUntil: number;
};

export const noReports = (): TypingReports => ({ reportedAt: null, isRefreshed: false, paidUntil: 0 });

const mayBegin = (reports: TypingReports, at: number): boolean => {
  const paidUntil = Math.max(reports.paidUntil, at) + repeatEveryMs;
  if (paidUntil - at > mostBeginsAtOnce * repeatEveryMs) return false;
  reports.paidUntil = paidUntil;
  return true;
};

const isTypingDue = (reports: TypingReports, at: number): boolean =>
  reports.reportedAt === null ? mayBegin(reports, at) : reports.isRefreshed && at - reports.reportedAt >= repeatEveryMs;

/**
 * Takes the report that is due at this time, and counts it as sent.
 * @returns whether the other nodes shall learn that the person types, or no longer types; null: nothing is due
 */
export const takeDueReport = (reports: TypingReports, isTyping: boolean, at: number): boolean | null => {
  if (isTyping) {
    if (!isTypingDue(reports, at)) return null;
    reports.reportedAt = at;
    reports.isRefreshed = false;
    return true;
  }
  if (reports.reportedAt === null) return null;
  reports.reportedAt = null;
  return false;
};
