import { describe, expect, test } from "@jest/globals";
import { check } from "./check.ts";
import type { Dump } from "./dump.ts";
import { acked, anEvent, aSend, aSnapshot, chatId, happened, type Step } from "./hand-made.ts";
import { emptyHistory, type History, type Look, type Send } from "./history.ts";
import { lookAt } from "./view-look.ts";

const quiet: Step[] = [anEvent("approved", 0), "m1", "m2"];

/** The letters of the promises that the checker finds broken. */
const broken = ({ history, dump }: { history: History; dump: Dump }): string[] =>
  check(history, dump)
    .filter((finding) => finding.broken.length > 0)
    .map(({ promise }) => /\((.+)\)/.exec(promise)?.[1] ?? promise);

/** What is found after one change to a history without a fault. */
const after = (change: (history: History, dump: Dump) => void, steps = quiet): string[] => {
  const made = happened(steps);
  change(made.history, made.dump);
  return broken(made);
};

const first = <T>([item]: T[]): T => {
  if (item === undefined) throw new Error("nothing there");
  return item;
};

describe("a history without a fault is clean", () => {
  test.each([
    ["messages between two people", quiet],
    ["closed and opened again", [anEvent("approved", 0), "m1", anEvent("cancelled", 5), anEvent("approved", 9), "m2"]],
  ])("%s", (_, steps) => {
    expect(broken(happened(steps))).toEqual([]);
  });

  test("a repeated send, a send with a lost answer, a refused send", () => {
    const lost = { connection: 1, start: 200, end: 205, outcome: "lost" } as const;
    const refused = { connection: 1, start: 400, end: 405, outcome: "refused", code: "chat_not_active" } as const;
    const tried = after(({ sends }) => {
      first(sends).attempts = [lost, acked(2, 260)];
      sends.push(aSend("never landed", 0, 0, { attempts: [lost] }), aSend("late", 0, 0, { attempts: [refused] }));
    });
    expect(tried).toEqual([]);
  });

  test("marks that move forward", () => {
    const call = { client: 1, kind: "read", chatId, userId: "ben", start: 0, end: 5 } as const;
    const moving = after(({ marks, snapshots }) => {
      marks.push({ ...call, asked: 1, seq: 1 }, { ...call, asked: 2, seq: 3, start: 10, end: 20 });
      snapshots.push(aSnapshot({ read: { ann: 3, ben: 3 } }));
    });
    expect(moving).toEqual([]);
  });
});

describe("(a) an acked message that is not in the log exactly once", () => {
  test("is lost", () => {
    expect(after(({ sends }) => sends.push(aSend("m9", 9, 900)))).toEqual(["a"]);
  });

  test("is stored twice", () => {
    const doubled = after(({ sends }) => sends.pop(), [anEvent("approved", 0), "m1", "m1"]);
    expect(doubled).toContain("a");
  });

  test("is acked as a different entry", () => {
    expect(after(({ sends }) => first(sends).attempts.push(acked(3, 400)))).toContain("a");
  });

  test("was refused and stored", () => {
    const attempts = [{ connection: 1, start: 200, end: 205, outcome: "refused", code: "forbidden" } as const];
    expect(after(({ sends }) => void (first(sends).attempts = attempts))).toEqual(["a"]);
  });

  test("was sent by nobody, or by another person", () => {
    expect(after(({ sends }) => sends.pop())).toEqual(["a"]);
    expect(after(({ sends }) => void (first(sends).userId = "ben"))).toEqual(["a"]);
  });
});

test("(b) a hole in the seqs, and a seq twice", () => {
  expect(after((_, { entries }) => void (first(entries.slice(-1)).seq = 4))).toContain("b");
  expect(after((_, { entries }) => void (first(entries.slice(-1)).seq = 2))).toContain("b");
});

describe("(c) more than one order", () => {
  test("a client saw a different entry at a seq, or an entry that is in no log", () => {
    expect(after(({ heard }) => void (first(heard).id = "f".repeat(24)))).toEqual(["c"]);
    expect(after(({ heard }) => void (first(heard).content = "something else"))).toEqual(["c"]);
    expect(after(({ heard }) => heard.push({ ...first(heard), seq: 9 }))).toEqual(["c"]);
    expect(after(({ snapshots }) => snapshots.push(aSnapshot({ lastMessage: { id: "x", seq: 3 } })))).toEqual(["c"]);
  });

  test("a send has a lower seq than a send that was acked before it began", () => {
    const turned = after(({ sends: [one, other] }) => {
      if (one && other) [one.attempts, other.attempts] = [[acked(2, 300)], [acked(3, 200)]];
    });
    expect(turned).toEqual(["c"]);
  });

  test("two sends of one connection are stored in the wrong order", () => {
    const left = (sends: History["sends"], connections: [number, number]): void => {
      const [one, other] = sends;
      if (one === undefined || other === undefined) return;
      one.attempts = [{ ...acked(2, 205, connections[0]), end: 300 }];
      other.attempts = [{ ...acked(3, 200, connections[1]), end: 300 }];
      sends.reverse();
    };
    expect(after(({ sends }) => left(sends, [1, 1]))).toEqual(["c"]);
    expect(after(({ sends }) => left(sends, [1, 2]))).toEqual([]);
  });
});

test("(d) a message after a close, and a state that was not carried forward", () => {
  const closed = [anEvent("approved", 0), anEvent("cancelled", 5), "m1"];
  expect(after(() => undefined, closed)).toContain("d");
  const carried = after((_, { entries }) => {
    const { state } = first(entries.slice(-1));
    first(entries.slice(-1)).state = { ...state, status: "readonly" };
  });
  expect(carried).toContain("d");
});

describe("(e) marks that move back", () => {
  const call = { client: 1, kind: "read", chatId, userId: "ben" } as const;

  test("in the answers", () => {
    const back = after(({ marks }) =>
      marks.push({ ...call, asked: 1, seq: 3, start: 0, end: 5 }, { ...call, asked: 1, seq: 2, start: 10, end: 20 }),
    );
    expect(back).toEqual(["e"]);
    expect(after(({ marks }) => marks.push({ ...call, asked: 3, seq: 2, start: 0, end: 5 }))).toEqual(["e"]);
  });

  test("in a chat that is read afterwards; not in an event, which may be old", () => {
    const look = (asked: boolean) =>
      after(({ marks, snapshots }) => {
        marks.push({ ...call, asked: 3, seq: 3, start: 0, end: 5 });
        snapshots.push(aSnapshot({ asked }));
      });
    expect(look(true)).toEqual(["e"]);
    expect(look(false)).toEqual([]);
  });

  test("at the end, and in a wrong order", () => {
    const receipt = { client: 0, kind: "delivered", at: 100, chatId, userId: "ben", seq: 3 } as const;
    const forgotten = after(({ receipts }, { cards }) => {
      receipts.push(receipt);
      first(cards).delivered.seeker = { ...first(cards).delivered.seeker, seq: 2 };
      first(cards).read.seeker = { ...first(cards).read.seeker, seq: 2 };
    });
    expect(forgotten).toEqual(["e"]);
    expect(after((_, { cards }) => void (first(cards).read.seeker = { ...first(cards).read.seeker, seq: 4 }))).toEqual([
      "e",
    ]);
    expect(after(({ snapshots }) => snapshots.push(aSnapshot({ lastSeq: 2 })))).toEqual(["e'"]);
  });
});

describe("(f) a client that does not have the whole log", () => {
  test("after quiet: a hole, a missing end, a different entry", () => {
    expect(after(({ held }) => void (first(held).ids[1] = undefined))).toEqual(["f"]);
    expect(after(({ held }) => first(held).ids.pop())).toEqual(["f"]);
    expect(after(({ held }) => first(held).ids.push("more"))).toEqual(["f"]);
  });

  test("after a quiet period during the run", () => {
    const calm = (whole: number) => ({ at: 0, newest: { [chatId]: 2 }, held: [{ client: 1, chatId, whole }] });
    expect(after(({ calms }) => calms.push(calm(1)))).toEqual(["f"]);
    expect(after(({ calms }) => calms.push(calm(2)))).toEqual([]);
  });

  test("a page with a hole, and a page without an entry that was acked before", () => {
    const page = { client: 1, chatId, start: 400, end: 410, afterSeq: 0, hasMore: false };
    expect(after(({ pages }) => pages.push({ ...page, seqs: [1, 3] }))).toEqual(["f"]);
    expect(after(({ pages }) => pages.push({ ...page, seqs: [1, 2] }))).toEqual(["f"]);
    expect(after(({ pages }) => pages.push({ ...page, seqs: [1, 2], hasMore: true }))).toEqual([]);
    expect(after(({ pages }) => pages.push({ ...page, start: 205, seqs: [1, 2] }))).toEqual([]);
  });
});

describe("(g) booking events", () => {
  const restless = [anEvent("approved", 0), "m1", anEvent("cancelled", 5)];

  test("an event that took effect twice, and an effect without an event", () => {
    const twice = [anEvent("approved", 0), anEvent("cancelled", 5), anEvent("approved", 6), anEvent("approved", 6)];
    expect(after(() => undefined, twice)).toContain("g");
    expect(after(({ told }) => told.pop(), restless)).toContain("g");
  });

  test("the newest does not decide", () => {
    const older = after(({ told }) => told.push({ ...anEvent("approved", 9), bookingId: "booking-0" }), restless);
    expect(older).toEqual(["g"]);
    // Of two at the same time the cancellation wins.
    expect(after(({ told }) => told.push({ ...anEvent("approved", 5), bookingId: "booking-0" }), restless)).toEqual([]);
  });

  test("a booking without a chat, or with two", () => {
    expect(after((_, dump) => void (dump.cards = []))).toEqual(["g"]);
    expect(after((_, { cards }) => cards.push(first(cards)))).toContain("g");
  });
});

test("(h) a card that is out of date", () => {
  expect(after((_, { cards }) => void (first(cards).lastSeq = 2))).toEqual(["h"]);
  expect(after((_, { cards }) => void (first(cards).status = "closed"))).toEqual(["h"]);
  expect(after((_, { cards }) => void (first(cards).lastMessage = null))).toEqual(["h"]);
  const unread = after((_, { cards }) => void (first(cards).read.owner = { ...first(cards).read.owner, seq: 1 }));
  expect(unread).toEqual(["h"]);
});

describe("(k) an event on chat.events", () => {
  const aMessage = (events: Dump["events"]) => events.findIndex(({ seq }) => seq === 2);

  test("is missing, or is one too many", () => {
    expect(after((_, { events }) => void events.splice(aMessage(events), 1))).toEqual(["k"]);
    expect(after((_, { events }) => events.push({ ...first(events), id: "other", seq: 9 }))).toEqual(["k"]);
    expect(after((_, dump) => void (dump.events = []))).toEqual(["k"]);
  });

  test("comes before its time", () => {
    const swapped = after(
      (_, { events }) => void events.splice(aMessage(events), 0, ...events.splice(aMessage(events) + 1, 1)),
    );
    expect(swapped).toEqual(["k"]);
    expect(after((_, { events }) => events.push(...events.splice(0, 1)))).toEqual(["k"]);
  });
});

describe("(l) something else is shown than the newest change says", () => {
  const edited = [...quiet, { edits: 2, to: "e1 one" }, { edits: 2, to: "e2 two" }];

  test("and what the log says is clean", () => {
    expect(broken(happened(edited))).toEqual([]);
  });

  test("an older change, or none, in the log's own copy", () => {
    const target = (entries: Dump["entries"]) => first(entries.slice(1));
    const older = after((history, { entries }) => {
      Object.assign(target(entries), { content: "e1 one", changedBy: 4 });
      for (const { shown } of history.held) shown[1] = "6:e1 one";
    }, edited);
    expect(older).toEqual(["l", "o"]);
    expect(after((_, { entries }) => void delete target(entries).changedBy, edited)).toContain("l");
    expect(after((_, { entries }) => void (first(entries.slice(2)).changedBy = 4), edited)).toContain("l");
  });

  test("on the card, and for a client", () => {
    const onCard = after((_, { cards }) => {
      const { lastMessage } = first(cards);
      if (lastMessage) lastMessage.content = "m3";
    }, edited);
    expect(onCard).toEqual(["l"]);
    expect(after(({ held }) => void (first(held).shown[1] = "6:e1 one"), edited)).toEqual(["l"]);
  });

  test("a change after the deletion, and an acked change that is not there", () => {
    expect(broken(happened([...quiet, { deletes: 2 }, { edits: 2, to: "e1 one" }]))).toContain("l");
    const wish = { client: 0, userId: "ann", chatId, seq: 3, content: "e9 x", outcome: "acked" } as const;
    expect(after(({ changes }) => changes.push(wish), edited)).toEqual(["l"]);
  });
});

describe("(m) a deleted text is still somewhere", () => {
  const deleted = [...quiet, { edits: 2, to: "e1 one" }, { deletes: 2 }];

  test("and a deletion that took all is clean", () => {
    expect(broken(happened(deleted))).toEqual([]);
  });

  test("in an edit, on a card, in another document", () => {
    expect(after((_, { entries }) => void (first(entries.slice(3)).content = "e1 one"), deleted)).toContain("m");
    expect(after((_, { others }) => others.push({ message: { content: "e1 one" } }), deleted)).toEqual(["m"]);
  });
});

describe("(n) a message of an erased person", () => {
  const erased = (history: History, start: number): unknown => history.erasures.push({ userId: "ann", start });

  test("that was acked before the request is still there; a later one may be", () => {
    expect(after((history) => erased(history, 10_000))).toEqual(["n"]);
    expect(after((history) => erased(history, 0))).toEqual([]);
    const all = [...quiet, { deletes: 2 }, { deletes: 3 }];
    expect(after((history) => erased(history, 10_000), all)).toEqual([]);
  });

  test("is another person's", () => {
    const wrong = after(
      (_, { entries }) => void (first(entries.slice(1)).deleted = { by: "erasure", at: "2026-11-22T10:00:00.000Z" }),
      [...quiet, { deletes: 2 }],
    );
    expect(wrong).toEqual(["n"]);
  });

  test("that was never acked is known by its own id, or by what was heard", () => {
    const lost = { connection: 1, start: 200, end: 205, outcome: "lost" } as const;
    for (const clientMessageId of ["k-m1", null]) {
      const unacked = after(
        ({ sends, changes }, { entries }) => {
          Object.assign(first(sends), { attempts: [lost], clientMessageId });
          if (clientMessageId === null) delete first(entries.slice(1)).clientMessageId;
          changes.splice(0);
        },
        [...quiet, { deletes: 2 }],
      );
      expect(unacked).toEqual([]);
    }
  });

  test("that was never acked is not taken for one that was refused", () => {
    const lost = { connection: 1, start: 200, end: 205, outcome: "lost" } as const;
    const refused = { connection: 1, start: 100, end: 105, outcome: "refused", code: "chat_not_active" } as const;
    const unacked = after(
      ({ sends, changes, heard }, { entries }) => {
        Object.assign(first(sends), { attempts: [lost], clientMessageId: null });
        delete first(entries.slice(1)).clientMessageId;
        sends.unshift({ ...first(sends), content: "m0 refused", attempts: [refused] });
        changes.splice(0);
        heard.splice(0);
      },
      [...quiet, { deletes: 2 }],
    );
    expect(unacked).toEqual([]);
  });
});

test("(d) an edit in a chat that is closed", () => {
  expect(broken(happened([...quiet, anEvent("cancelled", 5), { edits: 2, to: "e1 one" }]))).toContain("d");
});

test("(i) an answer that no client should get", () => {
  expect(after(({ surprises }) => surprises.push({ client: 1, at: 0, text: "join_chat: internal" }))).toEqual(["i"]);
});

describe("(o) what the package shows", () => {
  const places = [anEvent("approved", 0), "m1", "m2", "m3"];
  const looked = (change: (look: Look) => void): string[] =>
    after(({ looks }) => change(first(first([...looks.values()]))), places);

  test("misses an entry before the seq to which it says that it is complete, or is complete beyond the log", () => {
    expect(looked((look) => (look.count -= 1))).toEqual(["o"]);
    expect(looked((look) => (look.count += 1))).toEqual(["o"]);
    expect(looked((look) => Object.assign(look, { completeTo: 5, count: 5 }))).toEqual(["o"]);
    expect(looked((look) => Object.assign(look, { from: 2, completeTo: 3, count: 2 }))).toEqual([]);
  });

  test("is at the end not what the log shows", () => {
    expect(after(({ views }) => first(views).shown.pop())).toEqual(["o"]);
    expect(after(({ views }) => void (first(first(views).shown).content = "old"))).toEqual(["o"]);
    expect(after(({ views }) => void (first(views).completeTo = 2))).toEqual(["o"]);
  });

  const seen = (...items: (number | string)[]): string[] => {
    const history = emptyHistory();
    const made = items.map((one) => ({ key: `k${one}`, message: typeof one === "number" ? { seq: one } : {} }));
    lookAt({ client: 0, slot: 0, chatId, items: made as never, completeTo: 9 }, history);
    return history.viewFaults;
  };

  test("is out of order, there twice, or has a draft between entries", () => {
    expect(seen(3, 4, "a", "b")).toEqual([]);
    expect(seen(4, 3)).toEqual([expect.stringContaining("3 is shown after 4")]);
    expect(seen(3, "a", "a")).toEqual([expect.stringContaining("ka is shown twice")]);
    expect(seen(3, "a", 4)).toEqual([expect.stringContaining("a draft is shown before an entry")]);
  });
});

describe("(p) a draft of the package", () => {
  const written = (change: (sends: Send[]) => void): string[] =>
    after(({ sends }) => {
      for (const send of sends) {
        Object.assign(send, { slot: 0, startedAt: 0 });
        // That an order is this device's is this rule's own matter.
        for (const attempt of send.attempts) attempt.connection = -1;
      }
      change(sends);
    });

  test("has no outcome and is nowhere, or was refused", () => {
    expect(written((sends) => sends.push(aSend("m9", 0, 0, { attempts: [], slot: 0 })))).toEqual(["p"]);
    const refused = { connection: -1, start: 0, end: 5, outcome: "refused", code: "chat_not_active" } as const;
    expect(written((sends) => sends.unshift(aSend("m9", 0, 0, { attempts: [refused], slot: 0 })))).toEqual([]);
  });

  test("overtakes one that was written before it in the same tab", () => {
    const turned = (sends: Send[]): unknown => sends.push(...sends.splice(0, 1));
    expect(written(turned)).toEqual(["p"]);
    const inTwoTabs = (sends: Send[]): void => {
      first(sends).slot = 1;
      turned(sends);
    };
    expect(written(inTwoTabs)).toEqual([]);
  });
});
