import type { Role } from "../roles.ts";
import type { ChatState, Head } from "./entry.ts";

/** The state behind a message of `role`: one more counts as unread, and the sender has read all that came before. */
export const stateAfterMessage = ({ seq, state }: Head, role: Role): ChatState => {
  const counted = state.counted + 1;
  return { ...state, counted, shownSeq: seq + 1, sent: { ...state.sent, [role]: { seq: seq + 1, counted } } };
};

/** The state behind a system entry that changes `changes`. A silent one counts for nobody and is never shown. */
export const stateAfterSystem = (
  { seq, state }: Head,
  changes: Partial<Pick<ChatState, "status" | "statusReason" | "booking" | "bookingAt">>,
  { silent }: { silent: boolean },
): ChatState => ({
  ...state,
  ...changes,
  ...(silent ? {} : { counted: state.counted + 1, shownSeq: seq + 1 }),
});
