import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Revocation, RevocationStore } from "../../src/store/revocations.ts";
import { databaseWork } from "../support/database-work.ts";
import { openTestStore, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { uniqueName } from "../support/services.ts";

let store: TestStore;
let revocations: RevocationStore;
beforeAll(async () => {
  store = await openTestStore();
  ({ revocations } = store);
});
afterAll(async () => store[Symbol.asyncDispose]());

const put = (userId: string, at: Date): Promise<unknown> =>
  withDatabase(store.uri, (client) =>
    client.db().collection<{ _id: string; at: Date }>("revocations").insertOne({ _id: userId, at }),
  );
const all = async (of: Parameters<RevocationStore["list"]>[0]): Promise<Revocation[]> => {
  const found: Revocation[] = [];
  for await (const revocation of revocations.list(of)) found.push(revocation);
  return found;
};

describe("a revocation", () => {
  test("is stored with the time of the call, and a later one moves it forward", async () => {
    const user = uniqueName("user");
    await put(user, new Date(Date.now() - 60_000));
    const at = await revocations.revoke(user);
    expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(30_000);
    expect(await all("ever")).toContainEqual({ userId: user, at });
  });

  test("never moves back, whatever the clock says", async () => {
    const user = uniqueName("user");
    const ahead = new Date(Date.now() + 3_600_000);
    await put(user, ahead);
    expect(await revocations.revoke(user)).toEqual(ahead);
  });

  test("of one user many times at once is stored each time", async () => {
    const user = uniqueName("user");
    const times = await Promise.all(Array.from({ length: 30 }, () => revocations.revoke(user)));
    const latest = times.toSorted((a, b) => a.getTime() - b.getTime()).at(-1);
    expect((await all("ever")).filter(({ userId }) => userId === user)).toEqual([{ userId: user, at: latest }]);
  });
});

describe("of the last milliseconds", () => {
  test("only those are listed, and those of a clock that is ahead", async () => {
    const [older, newer, ahead] = [uniqueName("older"), uniqueName("newer"), uniqueName("ahead")];
    await put(older, new Date(Date.now() - 3_600_000));
    await put(ahead, new Date(Date.now() + 3_600_000));
    await revocations.revoke(newer);
    const users = (await all({ lastMs: 600_000 })).map(({ userId }) => userId);
    expect(users).toEqual(expect.arrayContaining([newer, ahead]));
    expect(users).not.toContain(older);
  });

  test("the index finds them, and nothing older is read", async () => {
    const older = Array.from({ length: 50 }, () => put(uniqueName("older"), new Date(Date.now() - 3_600_000)));
    await Promise.all(older);
    await revocations.revoke(uniqueName("newer"));
    let found = 0;
    const ask = async (): Promise<void> => void (found = (await all({ lastMs: 600_000 })).length);
    const work = await databaseWork(store.uri, ask, ["revocations"]);
    expect(work).toMatchObject([{ op: "query", plan: expect.stringContaining("IXSCAN"), docsExamined: found }]);
  });
});
