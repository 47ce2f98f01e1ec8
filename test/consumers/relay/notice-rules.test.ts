import { describe, expect, test } from "@jest/globals";
import { judgeNotice, type OnlineState, planNotice } from "../../../consumers/relay/notice-rules.ts";
import type { UnreadNotice } from "../../../src/store/relay/unread-notices.ts";

const delays = { offlineMs: 30_000, onlineMs: 300_000 };
const began = Date.UTC(2026, 10, 22, 10);
const at = (seconds: number): Date => new Date(began + seconds * 1_000);

const aNotice = (overrides: Partial<UnreadNotice> = {}): UnreadNotice => ({
  chatId: "65f0c0ffee0000000000c0de",
  role: "seeker",
  firstSeq: 3,
  firstAt: at(0),
  lastSeq: 3,
  lastAt: at(0),
  toldAt: null,
  checkAt: at(30),
  ...overrides,
});

const plan = (known: UnreadNotice | null, seen: [seq: number, seconds: number][], readSeq = 2) => {
  const { chatId, role } = aNotice();
  const entries = seen.map(([seq, seconds]) => ({ seq, at: at(seconds) }));
  return planNotice({ chatId, role, known, readSeq, seen: entries }, delays);
};

describe("a run of unread entries", () => {
  test("begins with the first one that is not read", () => {
    expect(
      plan(null, [
        [2, -5],
        [3, 0],
        [4, 2],
      ]),
    ).toEqual(aNotice({ lastSeq: 4, lastAt: at(2) }));
  });

  test("takes in what comes while it waits", () => {
    expect(plan(aNotice(), [[4, 20]])).toBeNull();
  });

  test("goes on after it was told of, and nobody is told again", () => {
    const told = aNotice({ toldAt: at(30) });
    expect(plan(told, [[4, 200]])).toMatchObject({ firstSeq: 3, lastSeq: 4, lastAt: at(200), toldAt: at(30) });
  });

  test("ends with a silence", () => {
    const told = aNotice({ toldAt: at(30) });
    expect(plan(told, [[4, 301]])).toMatchObject({ firstSeq: 4, firstAt: at(301), toldAt: null, checkAt: at(331) });
  });

  test("ends with being read", () => {
    expect(plan(aNotice(), [[4, 20]], 3)).toMatchObject({ firstSeq: 4, firstAt: at(20), toldAt: null });
    expect(plan(aNotice({ toldAt: at(30) }), [[4, 40]], 3)).toMatchObject({ firstSeq: 4, toldAt: null });
  });

  test("that is seen once more changes nothing", () => {
    expect(plan(aNotice({ toldAt: at(30) }), [[3, 0]])).toBeNull();
  });
});

const judge = (seconds: number, presence: OnlineState | null, notice = aNotice(), muted: Date | null = null) =>
  judgeNotice(
    { notice, read: { seq: 2, counted: 2 }, counted: 4, presence, mutedUntil: muted, now: at(seconds) },
    delays,
  );
const gone = { online: false, lastSeenAt: null };
const there = { online: true, lastSeenAt: null };

describe("others are told", () => {
  test("after the short delay of somebody who is not there", () => {
    expect(judge(29, gone)).toEqual({ is: "later", checkAt: at(30) });
    expect(judge(30, gone)).toEqual({ is: "due" });
  });

  test("after the long one of somebody who is, who may go meanwhile", () => {
    expect(judge(30, there)).toEqual({ is: "later", checkAt: at(40) });
    expect(judge(299, there)).toEqual({ is: "later", checkAt: at(300) });
    expect(judge(300, there)).toEqual({ is: "due" });
    const wentAt = { online: false, lastSeenAt: at(100).toISOString() };
    expect(judge(110, wentAt)).toEqual({ is: "later", checkAt: at(130) });
    expect(judge(130, wentAt)).toEqual({ is: "due" });
  });

  test("after the long one where nobody knows who is there", () => {
    expect(judge(31, null)).toEqual({ is: "later", checkAt: at(41) });
    expect(judge(300, null)).toEqual({ is: "due" });
  });

  test("not of what was read, nor of what is told already", () => {
    const read = { notice: aNotice(), counted: 4, presence: gone, mutedUntil: null, now: at(60) };
    expect(judgeNotice({ ...read, read: { seq: 3, counted: 3 } }, delays)).toEqual({ is: "over" });
    expect(judgeNotice({ ...read, read: { seq: 2, counted: 4 } }, delays)).toEqual({ is: "over" });
    expect(judge(60, gone, aNotice({ toldAt: at(30) }))).toMatchObject({ is: "later" });
    expect(judge(3_600, gone, aNotice({ toldAt: at(30) }))).toEqual({ is: "over" });
  });

  test("not while the chat is muted, but as soon as that has passed", () => {
    expect(judge(60, gone, aNotice(), at(200))).toEqual({ is: "later", checkAt: at(200) });
    expect(judge(60, there, aNotice(), at(200))).toEqual({ is: "later", checkAt: at(200) });
    expect(judge(200, gone)).toEqual({ is: "due" });
    // What was muted for a shorter time than the delay is due as if it had not been.
    expect(judge(20, gone)).toEqual({ is: "later", checkAt: at(30) });
  });

  test("of what is muted for long not either, and it is looked at once an hour", () => {
    expect(judge(60, gone, aNotice(), at(1e6))).toEqual({ is: "later", checkAt: at(3_660) });
  });

  test("nor of what was read while the chat was muted", () => {
    const read = { notice: aNotice(), counted: 4, read: { seq: 3, counted: 4 }, presence: gone, now: at(60) };
    expect(judgeNotice({ ...read, mutedUntil: at(200) }, delays)).toEqual({ is: "over" });
  });
});
