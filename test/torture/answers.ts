import type { Message } from "../../src/chat/log/entry.ts";
import type { Answer } from "./session.ts";

/** What a send came to, by its answer. */
export type Outcome =
  | { outcome: "acked"; id: string; seq: number }
  | { outcome: "refused" | "unavailable"; code: string }
  | { outcome: "lost" };

/** After these it is known that the send did not land. */
export const finalCodes: ReadonlySet<string> = new Set([
  "chat_not_active",
  "chat_not_found",
  "forbidden",
  "validation_failed",
  "idempotency_conflict",
]);

/** The error's code; null where there is none, or no answer at all. */
export const codeOf = (answer: Answer): string | null => {
  if (answer === null || answer["ok"] === true) return null;
  const { error } = answer as { error?: { code?: string } };
  return error?.code ?? "an answer without a code";
};

export const outcomeOf = (answer: Answer): Outcome => {
  if (answer === null) return { outcome: "lost" };
  const code = codeOf(answer);
  if (code !== null) return { outcome: finalCodes.has(code) ? "refused" : "unavailable", code };
  const { id, seq } = answer["message"] as Message;
  return { outcome: "acked", id, seq };
};
