import { type ChatState, emptyHead, type Head } from "../../src/chat/log/entry.ts";
import type { Decision } from "../../src/chat/ports.ts";

/** A head for decisions; active since an approval at 10:00 unless told. */
export const aHead = (state: Partial<ChatState> = {}, seq = 1): Head => ({
  seq,
  state: {
    ...emptyHead.state,
    status: "active",
    booking: "approved",
    bookingAt: new Date("2026-11-22T10:00:00.000Z"),
    counted: seq,
    shownSeq: seq,
    ...state,
  },
});

/** The head after a decision: the same one where it writes nothing. */
export const after = (head: Head, decision: Decision): Head =>
  decision !== "nothing" && "append" in decision ? { seq: head.seq + 1, state: decision.append.state } : head;

/** Whether a decision writes, and what. */
export const appended = (decision: Decision) =>
  decision !== "nothing" && "append" in decision ? decision.append : null;

/** The code of a refusal. */
export const refused = (decision: Decision) =>
  decision !== "nothing" && "refuse" in decision ? decision.refuse.code : null;
