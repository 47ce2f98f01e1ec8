import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { afterChange, changeIn, withChanges } from "../../src/chat/log/changes.ts";
import type { ChangeNote, Entry } from "../../src/chat/log/entry.ts";
import { aHead } from "../support/heads.ts";

const at = (seq: number): Date => new Date(Date.UTC(2026, 10, 22, 10, 0, seq));
const entry = (seq: number, fields: Partial<Entry>): Entry => ({
  id: `${seq}`.padStart(24, "0"),
  chatId: "b".repeat(24),
  seq,
  senderId: "ann",
  type: "text",
  content: "",
  createdAt: at(seq),
  state: aHead({}, seq).state,
  ...fields,
});
const change = (seq: number, note: Omit<ChangeNote, "silent">, fields: Partial<Entry> = {}): Entry =>
  entry(seq, { type: "system", system: { ...note, silent: true }, ...fields });
const edit = (seq: number, target: number, content: string): Entry =>
  change(seq, { event: "message_edited", target }, { content });
const deletion = (seq: number, target: number, fields: Partial<Entry> = {}): Entry =>
  change(seq, { event: "message_deleted", target }, fields);

const attachment = { url: "https://cdn.example/a.jpg", name: "a.jpg", mimeType: "image/jpeg", size: 3 };
const photo = entry(3, { type: "image", content: "the room", attachment });

describe("a message after a change", () => {
  test("an edit changes the text and keeps all else", () => {
    expect(afterChange(photo, edit(5, 3, "my room"))).toEqual({
      ...photo,
      content: "my room",
      editedAt: "2026-11-22T10:00:05.000Z",
      changedBy: 5,
    });
  });

  test("a deletion takes text and file, and keeps the place", () => {
    const edited = afterChange(photo, edit(5, 3, "my room"));
    const { attachment: _, ...rest } = photo;
    expect(afterChange(edited, deletion(6, 3))).toEqual({
      ...rest,
      content: "",
      deleted: { by: "sender", at: "2026-11-22T10:00:06.000Z" },
      changedBy: 6,
    });
  });

  test("says whether its sender, the service or an erasure deleted it", () => {
    const by = (fields: Partial<Entry>, note: Partial<ChangeNote> = {}) =>
      afterChange(photo, change(6, { event: "message_deleted", target: 3, ...note }, fields)).deleted?.by;
    expect([by({}), by({ senderId: null }), by({ senderId: null }, { by: "erasure" })]).toEqual([
      "sender",
      "operator",
      "erasure",
    ]);
  });

  test("what changes another entry, or none, changes nothing", () => {
    expect(afterChange(photo, edit(5, 4, "x"))).toBe(photo);
    expect(afterChange(photo, entry(5, { content: "x" }))).toBe(photo);
    expect(changeIn(photo)).toBeNull();
  });

  test("stays deleted, whatever comes after", () => {
    const deleted = afterChange(photo, deletion(5, 3));
    expect(afterChange(deleted, edit(6, 3, "again"))).toBe(deleted);
    expect(afterChange(deleted, deletion(6, 3, { senderId: null }))).toBe(deleted);
  });

  test("edits end the same in whatever order they come, and however often", () => {
    const edits = [5, 6, 7, 8].map((seq) => edit(seq, 3, `text ${seq}`));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(edits, { minLength: 4 }),
        fc.array(fc.constantFrom(...edits)),
        (order, repeats) => {
          expect([...order, ...repeats].reduce(afterChange, photo)).toMatchObject({ content: "text 8", changedBy: 8 });
        },
      ),
    );
  });
});

describe("a page that was read between a change and its copy", () => {
  test("shows each message as the later entries in it say", () => {
    const page = [photo, entry(4, { content: "and" }), edit(5, 3, "one"), edit(6, 3, "two")];
    expect(withChanges(page).map(({ content }) => content)).toEqual(["two", "and", "one", "two"]);
  });

  test("has no text of a deleted message, and none of its edits", () => {
    const page = [photo, edit(5, 3, "one"), edit(6, 4, "of another"), deletion(7, 3)];
    expect(withChanges(page).map(({ content }) => content)).toEqual(["", "", "of another", ""]);
    expect(withChanges(page)[0]).not.toHaveProperty("attachment");
  });

  test("is the same page where nothing was changed", () => {
    const page = [photo, entry(4, { content: "and" })];
    expect(withChanges(page)).toBe(page);
  });
});
