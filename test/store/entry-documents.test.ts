import { expect, test } from "@jest/globals";
import { type Entry, type EntryFields, toMessage } from "../../src/chat/log/entry.ts";
import { messageSchema } from "../../src/contract/message.ts";
import { toDocument, toEntry } from "../../src/store/entry-documents.ts";
import { aHead } from "../support/heads.ts";

const fields: Required<EntryFields> = {
  senderId: "ann",
  type: "file",
  content: "the plan",
  attachment: { url: "https://cdn.example/a.pdf", name: "a.pdf", mimeType: "application/pdf", size: 3 },
  system: { event: "chat_status_changed", status: "active", reason: "back", by: "owner" },
  clientMessageId: "k",
  editedAt: "2026-11-22T10:01:00.000Z",
  deleted: { by: "sender", at: "2026-11-22T10:02:00.000Z" },
};
const place = { id: "a".repeat(24), chatId: "b".repeat(24), seq: 2 };
const createdAt = new Date("2026-11-22T10:00:00.000Z");
const entry: Entry = { ...fields, ...place, createdAt, state: aHead().state };

test("an entry comes back from the database as it went there, with every field", () => {
  expect(toEntry(toDocument(entry))).toStrictEqual(entry);
});

test("every field of an entry goes to everybody, and the documents tell of each", () => {
  const message = toMessage(entry);
  expect(message).toStrictEqual({ ...fields, ...place, createdAt: "2026-11-22T10:00:00.000Z" });
  expect(messageSchema.strict().parse(message)).toStrictEqual(message);
});

test("what a document or an entry has beside its fields goes nowhere, nor does a field that is undefined", () => {
  const more = { note: "of a newer version" };
  expect(toMessage({ ...entry, ...more })).not.toHaveProperty("note");
  expect(toEntry({ ...toDocument(entry), ...more })).not.toHaveProperty("note");
  expect(toDocument({ ...entry, attachment: undefined })).not.toHaveProperty("attachment");
});
