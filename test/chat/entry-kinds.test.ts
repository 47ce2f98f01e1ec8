import { describe, expect, test } from "@jest/globals";
import { changeIn } from "../../src/chat/log/changes.ts";
import {
  becomesLastMessage,
  countsAsUnread,
  type EntryKind,
  entryKinds,
  eventsOf,
  isShown,
} from "../../src/chat/log/entry-kinds.ts";
import { isIn, read, sourceFiles } from "../repository/sources.ts";
import { entryExamples } from "../support/entry-examples.ts";

const kinds = Object.keys(entryKinds) as EntryKind[];

describe("each kind of entry has its meaning", () => {
  type Meaning = { shown: boolean; unread: boolean; last: boolean; first: string[]; later: string[] };
  const seen = { shown: true, unread: true, last: true };
  const unseen = { shown: false, unread: false, last: false };
  const meanings: Record<EntryKind, Meaning> = {
    message: { ...seen, first: ["chat.message_sent"], later: ["chat.message_sent"] },
    edit: { ...unseen, first: ["chat.message_edited"], later: ["chat.message_edited"] },
    deletion: { ...unseen, first: ["chat.message_deleted"], later: ["chat.message_deleted"] },
    record: { ...unseen, first: [], later: [] },
    statusChange: {
      ...seen,
      first: ["chat.created", "chat.message_sent"],
      later: ["chat.status_changed", "chat.message_sent"],
    },
  };

  test.each(kinds)("%s", (kind) => {
    const entry = entryExamples[kind];
    expect({
      shown: isShown(entry),
      unread: countsAsUnread(entry),
      last: becomesLastMessage(entry),
      first: eventsOf({ ...entry, seq: 1 }),
      later: eventsOf({ ...entry, seq: 2 }),
    }).toEqual(meanings[kind]);
  });

  test.each(kinds)("and an entry of the kind %s is of no kind before it", (kind) => {
    expect(kinds.find((one) => entryKinds[one].is(entryExamples[kind]))).toBe(kind);
  });
});

test("images and files are messages", () => {
  for (const type of ["image", "file"] as const)
    expect(entryKinds.message.is({ ...entryExamples.message, type })).toBe(true);
});

test("what a newer version records silently is shown to nobody", () => {
  const { system, ...entry } = entryExamples.record;
  const note = { ...system, event: "message_pinned", target: 3, silent: true as const };
  expect(isShown({ ...entry, system: note })).toBe(false);
  expect(eventsOf({ ...entry, system: note, seq: 4 })).toEqual([]);
});

test.each(kinds)("an entry of the kind %s changes another one exactly where the table says so", (kind) => {
  expect(changeIn(entryExamples[kind]) !== null).toBe(entryKinds[kind].isChange);
});

test.each(kinds)("clients see by the mark alone whether the kind %s is shown", (kind) => {
  const entry = entryExamples[kind];
  expect(entry.system?.silent !== true).toBe(isShown(entry));
});

describe("the table is the only place that decides", () => {
  const allowed: Record<string, string> = {
    "src/chat/log/entry-kinds.ts": "the table",
    "src/chat/log/entry.ts": "defines the mark",
    "src/chat/acts/apply-booking-event.ts": "sets the mark",
    "src/chat/acts/change-message.ts": "sets the mark",
    "src/chat/user-data/forget-reasons.ts": "sets the mark",
    "client/src/chat/items.ts": "goes by what is on the wire; test/client/message-log.test.ts holds it to the table",
    "local/page/message/note.ts": "likewise, for the page",
    "src/config/config.ts": "a level of the logger",
  };
  const comment = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm;
  const decides = /\bsilent\b|\btype(?:\b|"\]) ?[!=]==? ?"system"|"system" ?[!=]==? ?|case "system"/;
  const decidesIn = (text: string): boolean => decides.test(text.replaceAll(comment, ""));

  test("no other file asks for the mark, or whether an entry is the service's", () => {
    const files = sourceFiles.filter((path) =>
      ["src", "consumers", "client", "local"].some((folder) => isIn(folder, path)),
    );
    const found = files.filter((path) => decidesIn(read(path)));
    expect(found.toSorted()).toEqual(Object.keys(allowed).toSorted());
  });

  test.each([
    ["a mark", "entry.system?.silent !== true"],
    ["a mark that is taken out", "const { silent } = system;"],
    ["a type", 'entry.type === "system"'],
    ["a type the other way round", '"system" !== type'],
  ])("the rule sees %s", (_what, text) => {
    expect(decidesIn(text)).toBe(true);
    expect(decidesIn(`/** ${text} */`)).toBe(false);
  });
});
