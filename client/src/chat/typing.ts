import { createTimer } from "../timing.ts";

const repeatMs = 3_000;
const idleMs = 4_000;
const otherEndsMs = 7_000;

/**
 * Reports that this person types: every 3 s at most; 4 s after the last key press it reports the end. `end` reports
 * nothing: after a send the service ends typing itself.
 */
export const createOwnTyping = (report: (isTyping: boolean) => void) => {
  const idle = createTimer();
  let [isReported, reportedAt] = [false, 0];
  const end = (): void => {
    idle();
    isReported = false;
  };
  const set = (isTyping: boolean): void => {
    if (isTyping) idle(idleMs, () => set(false));
    else idle();
    if (isTyping ? Date.now() - reportedAt < repeatMs : !isReported) return;
    isReported = isTyping;
    if (isTyping) reportedAt = Date.now();
    report(isTyping);
  };
  return { set, end };
};

/** Whether the other person types. It ends by itself, in case its end got lost. */
export const createOtherTyping = (onChange: () => void) => {
  const ends = createTimer();
  let isTyping = false;
  const set = (next: boolean): void => {
    ends(otherEndsMs, next ? () => set(false) : undefined);
    if (isTyping !== next) onChange();
    isTyping = next;
  };
  return { set, get: () => isTyping };
};
