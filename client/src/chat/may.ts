import type { May } from "../types.ts";

const texts = {
  chat_not_active: "Nobody can write in this chat now.",
  chat_not_found: "There is no such chat.",
  message_deleted: "This message was deleted.",
  too_late: "It is too late to change this.",
  unavailable: "The chat is not loaded yet.",
  uploads_off: "This service takes no uploads.",
};
const answers: Record<string, May> = {};

/** Yes, or why not; the same object for the same reason. */
export const may = (code?: keyof typeof texts | false): May =>
  (answers[code || ""] ??= code ? { ok: false, code, text: texts[code] } : { ok: true });
