import { expect, openTab, roleOf, say, shownIn, stateOf, test } from "./fixtures.ts";

test("five tabs of one user have one socket, and all of them show the same", async ({ context, ground, talk }) => {
  const tabs = await Promise.all(Array.from({ length: 5 }, () => openTab(context, ground)));
  for (const tab of tabs) await tab.as(talk.ownerId, talk.chatId);
  for (const tab of tabs) await expect.poll(() => stateOf(tab)).toBe("online");
  const roles = await Promise.all(tabs.map(roleOf));
  expect(roles.toSorted()).toEqual(["follower", "follower", "follower", "follower", "leader"]);
  for (const [n, tab] of tabs.entries()) await say(tab, `of tab ${n}`);
  for (const tab of tabs) {
    await expect.poll(async () => (await shownIn(tab)).filter((text) => text.endsWith(": sent"))).toHaveLength(5);
  }
  const [one, ...others] = await Promise.all(tabs.map(shownIn));
  for (const other of others) expect(other).toEqual(one);
  // The tabs of the test before may be leaving still.
  await expect
    .poll(async () => (await fetch(`${ground.node.opsUrl}/metrics`)).text())
    .toMatch(/^chat_connections(\{.*\})? 1$/m);
});

test("the tab that holds the socket is closed while another one writes: nothing is lost or doubled", async ({
  context,
  ground,
  talk,
}) => {
  const [one, other] = [await openTab(context, ground), await openTab(context, ground)];
  await one.as(talk.ownerId, talk.chatId);
  await expect.poll(() => stateOf(one)).toBe("online");
  await other.as(talk.ownerId, talk.chatId);
  await expect.poll(() => stateOf(other)).toBe("online");
  expect(await roleOf(one)).toBe("leader");
  const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
  for (const [n, text] of texts.entries()) {
    await say(other, text);
    if (n === 7) await one.close();
  }
  await expect.poll(() => roleOf(other)).toBe("leader");
  await expect.poll(() => shownIn(other)).toEqual(texts.map((text) => `${text}: sent`));
});

test("what is written offline survives a reload, and is sent when the network is back", async ({
  context,
  ground,
  talk,
}) => {
  const tab = await openTab(context, ground);
  await tab.as(talk.ownerId, talk.chatId);
  await expect.poll(() => stateOf(tab)).toBe("online");
  ground.network.cut();
  const keys = [await say(tab, "one"), await say(tab, "two")];
  await tab.close();
  const again = await openTab(context, ground);
  await again.as(talk.ownerId, talk.chatId);
  await expect.poll(() => shownIn(again)).toEqual(["one: queued", "two: queued"]);
  expect(await again.evaluate(() => window.client.diagnostics.get().storage)).toBe("indexeddb");
  ground.network.mend();
  await expect.poll(() => shownIn(again)).toEqual(["one: sent", "two: sent"]);
  const kept = await again.evaluate(() =>
    window.chat.view
      .get()
      .items.slice(-2)
      .map(({ key }) => key),
  );
  expect(kept).toEqual(keys);
});

test("a leader that is frozen loses the lead to a tab that somebody looks at", async ({ context, ground, talk }) => {
  const [one, other] = [await openTab(context, ground), await openTab(context, ground)];
  await one.as(talk.ownerId, talk.chatId);
  await expect.poll(() => stateOf(one)).toBe("online");
  await other.as(talk.ownerId, talk.chatId);
  await expect.poll(() => stateOf(other)).toBe("online");
  const session = await context.newCDPSession(one);
  // As a page that sleeps: it runs no script, and keeps its lock and its socket.
  await session.send("Debugger.enable");
  await session.send("Debugger.pause");
  void one.evaluate(() => 1).catch(() => {});
  await other.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect.poll(() => roleOf(other)).toBe("leader");
  await say(other, "awake");
  await expect.poll(() => shownIn(other)).toEqual(["awake: sent"]);
  await session.send("Debugger.resume");
  await expect.poll(() => roleOf(one)).toBe("follower");
  await expect.poll(() => shownIn(one)).toEqual(["awake: sent"]);
});

test("a network that came back unnoticed is noticed when the page is looked at", async ({ context, ground, talk }) => {
  const tab = await openTab(context, ground);
  await tab.as(talk.ownerId, talk.chatId);
  await expect.poll(() => stateOf(tab)).toBe("online");
  ground.network.freeze();
  await tab.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect.poll(() => stateOf(tab)).not.toBe("online");
  ground.network.mend();
  await tab.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => stateOf(tab)).toBe("online");
});

test("signing out in one tab ends it in the others", async ({ context, ground, talk }) => {
  const [one, other] = [await openTab(context, ground), await openTab(context, ground)];
  for (const tab of [one, other]) await tab.as(talk.ownerId, talk.chatId);
  for (const tab of [one, other]) await expect.poll(() => stateOf(tab)).toBe("online");
  await one.evaluate(() => window.client.signOut());
  await expect.poll(() => stateOf(other)).toBe("closed");
  expect(await stateOf(one)).toBe("closed");
});
