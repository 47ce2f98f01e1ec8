import type { Page } from "@playwright/test";
import { ask, callAs, connect } from "../../support/chat-client.ts";
import { tokenFor } from "../../support/start-node.ts";
import { expect, type Ground, type Talk, test } from "./fixtures.ts";
import { buildApp, serveFolders } from "./project.ts";

/** Opens the app with the owner's client, and shows the chat. */
const openApp = async (page: Page, { network }: Ground, { ownerId, chatId }: Talk, folder: string) => {
  const app = await serveFolders(buildApp(import.meta.dirname, folder));
  await page.goto(app.url);
  await page.waitForFunction(() => "start" in window);
  const options = { url: network.url, userId: ownerId, token: tokenFor(ownerId), chatId };
  await page.evaluate((given) => window.start(given), options);
  await expect(page.locator("li")).toHaveCount(1);
  return app;
};

test("StrictMode makes one connection and one join, and typing renders no badge", async ({
  page,
  ground,
  talk,
}, info) => {
  const before = ground.network.connections();
  const { seekerId, chatId } = talk;
  const joins: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (String(payload).includes("join_chat")) joins.push(String(payload));
    }),
  );
  await using _app = await openApp(page, ground, talk, info.outputPath("app"));
  await expect.poll(() => page.evaluate(() => window.client.connection.get().state)).toBe("online");
  expect(joins).toHaveLength(1);
  expect(ground.network.connections() - before).toBeLessThanOrEqual(3);

  using seeker = await connect(ground.node, seekerId);
  await ask(seeker, "join_chat", chatId);
  const badges = await page.evaluate(() => window.renders.badge);
  const chats = await page.evaluate(() => window.renders.chat);
  await ask(seeker, "typing", { chatId, isTyping: true });
  await expect(page.locator("ul[data-typing=true]")).toBeAttached();
  expect(await page.evaluate(() => window.renders.badge)).toBe(badges);
  expect(await page.evaluate(() => window.renders.chat)).toBeGreaterThan(chats);

  await callAs(ground.node, seekerId, "POST", `/api/chat/${chatId}/message`, { type: "text", content: "Hello" });
  await expect(page.locator("li").last()).toHaveText("Hello");
});

test("ten thousand mounts leave the heap flat", async ({ page, ground, talk }, info) => {
  await using _app = await openApp(page, ground, talk, info.outputPath("app"));
  const session = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    return usedSize;
  };
  const mount = (times: number): Promise<void> =>
    page.evaluate(async (count) => {
      for (let n = 0; n < count; n += 1) {
        const handle = window.client.chat((n % 50).toString(16).padStart(24, "0"));
        const [release, leave] = [handle.open(), handle.view.subscribe(() => {})];
        release();
        leave();
        if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
    }, times);
  await mount(1_000);
  const before = await heap();
  await mount(10_000);
  await expect.poll(async () => (await heap()) - before).toBeLessThan(1_000_000);
});
