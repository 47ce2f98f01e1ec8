import type { EntryFields } from "../../src/chat/log/entry.ts";
import type { EntryKind } from "../../src/chat/log/entry-kinds.ts";

/** An entry of each kind. */
export const entryExamples: Record<EntryKind, EntryFields> = {
  message: { type: "text", senderId: "ann", content: "hello" },
  edit: {
    type: "system",
    senderId: "ann",
    content: "hello again",
    system: { event: "message_edited", target: 2, silent: true },
  },
  deletion: {
    type: "system",
    senderId: null,
    content: "",
    system: { event: "message_deleted", target: 2, silent: true },
  },
  record: {
    type: "system",
    senderId: null,
    content: "",
    system: { event: "booking_approved", status: "active", silent: true },
  },
  statusChange: {
    type: "system",
    senderId: null,
    content: "The chat is read-only now.",
    system: { event: "chat_status_changed", status: "readonly" },
  },
};
