import { describe, expect, test } from "@jest/globals";
import { decideBookingEvent } from "../../src/chat/acts/apply-booking-event.ts";
import { decideStatusChange } from "../../src/chat/acts/change-status.ts";
import { chatStatuses } from "../../src/chat/status.ts";
import { after, aHead, appended, refused } from "../support/heads.ts";

const later = new Date("2026-11-22T11:00:00.000Z");
const cancelled = { type: "cancelled", bookingId: "b", occurredAt: later } as const;

describe("the status", () => {
  test("is the owner's to switch between active and readonly", () => {
    expect(appended(decideStatusChange("owner", { status: "readonly", reason: "on holiday" })(aHead()))).toMatchObject({
      content: "The chat is read-only now.",
      system: { event: "chat_status_changed", status: "readonly", reason: "on holiday", by: "owner" },
      state: { status: "readonly", statusReason: "on holiday", counted: 2 },
    });
    expect(appended(decideStatusChange("owner", { status: "active" })(aHead({ status: "readonly" })))).not.toBeNull();
  });

  test("that the booking service sets is told in the service's words, its reason among them", () => {
    const draft = appended(decideStatusChange("service", { status: "closed", reason: "fraud" })(aHead()));
    expect(draft?.content).toBe("The chat was closed. fraud");
    expect(draft?.system).toEqual({ event: "chat_status_changed", status: "closed", reason: "fraud" });
  });

  test("is nobody else's, but the booking service's", () => {
    for (const status of chatStatuses) {
      expect(refused(decideStatusChange("seeker", { status })(aHead()))).toBe("forbidden");
      expect(refused(decideStatusChange("service", { status })(aHead()))).toBeNull();
    }
    expect(refused(decideStatusChange("owner", { status: "closed" })(aHead()))).toBe("forbidden");
  });

  test("that a cancellation closed is reopened by nobody but the booking service", () => {
    const closed = after(aHead(), decideBookingEvent(cancelled, aHead()));
    expect(refused(decideStatusChange("owner", { status: "active" })(closed))).toBe("forbidden");
    expect(refused(decideStatusChange("owner", { status: "readonly" })(closed))).toBe("forbidden");
    // Made readable again by the booking service, it is still not the owner's to open.
    const readable = after(closed, decideStatusChange("service", { status: "readonly" })(closed));
    expect(refused(decideStatusChange("owner", { status: "active" })(readable))).toBe("forbidden");
    const reopened = after(closed, decideStatusChange("service", { status: "active" })(closed));
    expect(refused(decideStatusChange("owner", { status: "readonly" })(reopened))).toBeNull();
  });

  test("that it has already is not written again", () => {
    expect(decideStatusChange("owner", { status: "active" })(aHead())).toBe("nothing");
  });
});
