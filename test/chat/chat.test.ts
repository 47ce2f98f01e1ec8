import { describe, expect, test } from "@jest/globals";
import { type Card, chatFor } from "../../src/chat/cards/card.ts";
import { draftAfter, toMessage } from "../../src/chat/log/entry.ts";
import { roleOf } from "../../src/chat/roles.ts";
import { entryExamples } from "../support/entry-examples.ts";
import { aHead } from "../support/heads.ts";

const at = new Date("2026-11-22T10:00:00.000Z");
const people = { ownerId: "__proto__", seekerId: "s.1:x" };
const card: Card = {
  id: "6b031ab4882dfad62f77b38e",
  bookingId: "b",
  participants: people,
  status: "active",
  statusReason: null,
  lastSeq: 5,
  counted: 4,
  lastMessage: null,
  lastChange: 0,
  read: { owner: { seq: 2, counted: 1, at }, seeker: { seq: 5, counted: 4, at } },
  delivered: { owner: { seq: 3, at }, seeker: { seq: 5, at } },
  mutedUntil: { owner: null, seeker: new Date("2026-11-22T12:00:00.000Z") },
  createdAt: at,
  updatedAt: at,
};

describe("a chat", () => {
  test("shows each side its own unread count", () => {
    expect(chatFor(card, people, "owner").unreadCount).toBe(3);
    expect(chatFor(card, people, "seeker").unreadCount).toBe(0);
  });

  test("shows each side until when that side has muted it, and null from then on", () => {
    const seen = (role: "owner" | "seeker", time: string) =>
      chatFor(card, people, role, new Date(`2026-11-22T${time}Z`)).mutedUntil;
    expect(seen("owner", "11:00:00.000")).toBeNull();
    expect(seen("seeker", "11:59:59.999")).toBe("2026-11-22T12:00:00.000Z");
    expect(seen("seeker", "12:00:00.000")).toBeNull();
  });

  test("has marks by user id, whatever the id is", () => {
    const wire: unknown = JSON.parse(JSON.stringify(chatFor(card, people, "owner").read));
    expect(Object.entries(wire as object)).toEqual([
      ["__proto__", { seq: 2, at: at.toISOString() }],
      ["s.1:x", { seq: 5, at: at.toISOString() }],
    ]);
  });

  test("has two participants and nobody else", () => {
    expect(roleOf(people, "s.1:x")).toBe("seeker");
    expect(roleOf(people, "s")).toBeNull();
    expect(roleOf(null, "s")).toBeNull();
  });
});

describe("the state after an entry", () => {
  test("of a message counts one more, and its sender has read it", () => {
    expect(draftAfter(aHead({}, 7), entryExamples.message, { sender: "seeker" }).state).toMatchObject({
      counted: 8,
      shownSeq: 8,
      sent: { owner: { seq: 0 }, seeker: { seq: 8, counted: 8 } },
    });
  });

  test("of a silent entry counts nothing", () => {
    expect(draftAfter(aHead({}, 7), entryExamples.record).state).toEqual(aHead({}, 7).state);
  });
});

test("a system message does not show the booking event's key", () => {
  const entry = {
    id: "a",
    chatId: "c",
    seq: 1,
    createdAt: at,
    type: "system" as const,
    senderId: null,
    content: "",
    clientMessageId: "booking.approved event e",
    state: aHead().state,
  };
  expect(toMessage(entry)).not.toHaveProperty("clientMessageId");
});
