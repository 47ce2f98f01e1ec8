import type { WebSocketRoute } from "@playwright/test";
import jwt from "jsonwebtoken";
import { jwtSecret } from "./demo-stack.ts";
import { expect, test } from "./fixtures.ts";

test("keeps what is written without a connection and sends it once, in order, when it is back", async ({ demo }) => {
  const { owner, seeker, approve } = demo;
  await approve();
  await owner.say("Before");
  await expect(seeker.bubble("Before")).toBeVisible();
  await owner.root.getByRole("button", { name: "Go offline" }).click();
  await expect(owner.connectionBanner).toHaveText("Connection lost – your messages wait and are sent when it is back.");
  for (const text of ["First", "Second", "Third"]) await owner.say(text);
  await expect(owner.bubble("Second")).toHaveAttribute("data-delivery", "waiting");
  await seeker.say("Meanwhile");

  await owner.root.getByRole("button", { name: "Go online" }).click();
  await expect(owner.connectionBanner).toBeHidden();
  const inOrder = ["Before", "Meanwhile", "First", "Second", "Third"];
  for (const side of [owner, seeker]) {
    await expect(side.bubbles.locator("p")).toHaveText(inOrder);
  }
  await expect(owner.bubble("Third")).toHaveAttribute("data-delivery", /delivered|read/);
});

test("sends what waited also after a reload", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await owner.root.getByRole("button", { name: "Go offline" }).click();
  await owner.say("Remember me");
  await page.reload();
  await expect(seeker.bubble("Remember me")).toHaveCount(1);
  await expect(owner.bubble("Remember me")).toHaveAttribute("data-delivery", /sent|delivered|read/);
});

test("comes back by itself when the machine was without a network", async ({ demo, context }) => {
  const { owner, seeker, approve, expectOnConsole } = demo;
  expectOnConsole(/ERR_INTERNET_DISCONNECTED/);
  await approve();
  await context.setOffline(true);
  await expect(owner.connectionBanner).toBeVisible();
  await expect(seeker.connectionBanner).toBeVisible();
  await owner.say("Through the tunnel");
  await context.setOffline(false);
  await expect(seeker.bubble("Through the tunnel")).toHaveCount(1);
  await expect(owner.connectionBanner).toBeHidden();
  await expect(owner.bubble("Through the tunnel")).toHaveCount(1);
});

test("asks for a new token when the old one ends soon, and hands it in over the same connection", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  for (const side of [owner, seeker]) await expect(side.root.getByText("Online", { exact: true })).toBeVisible();
  let sockets = 0;
  const sent: string[] = [];
  page.on("websocket", (socket) => {
    sockets += 1;
    socket.on("framesent", ({ payload }) => sent.push(String(payload)));
  });
  // The node warns 60 s before the end.
  const soon = (userId: string) => jwt.sign({ sub: userId }, jwtSecret, { expiresIn: 63 });
  const given = new Set<string>();
  await page.route(/\/token\?userId=olga/, async (route) => {
    const userId = new URL(route.request().url()).searchParams.get("userId") ?? "";
    const isFirst = !given.has(userId);
    given.add(userId);
    await (isFirst ? route.fulfill({ json: { token: soon(userId) } }) : route.continue());
  });
  await page.reload();
  await expect.poll(() => sent.filter((frame) => frame.includes('"authenticate"')).length).toBe(1);
  await approve();
  await owner.say("Still here");
  await expect(seeker.bubble("Still here")).toBeVisible();
  expect(sockets).toBe(2);
});

test("comes back with a good token after it was refused with a bad one", async ({ demo }) => {
  const { page, owner, approve } = demo;
  let asked = 0;
  await page.route(/\/token\?userId=olga/, async (route) => {
    asked += 1;
    await (asked <= 2 ? route.fulfill({ json: { token: "not.a.token" } }) : route.continue());
  });
  demo.expectOnConsole(/401/);
  await page.reload();
  await expect(owner.connectionBanner).toBeVisible();
  await expect(owner.root.getByText("Online", { exact: true })).toBeVisible();
  await approve();
});

test.describe("over a connection that loses frames", () => {
  /** Given every frame from a node; answers whether it gets lost. */
  let isLost: (frame: string) => boolean;
  let dropped: string[];

  test.beforeEach(async ({ page }) => {
    isLost = () => false;
    dropped = [];
    await page.routeWebSocket(/socket\.io/, (socket: WebSocketRoute) => {
      const node = socket.connectToServer();
      node.onMessage((frame) => {
        if (typeof frame === "string" && isLost(frame)) dropped.push(frame);
        else socket.send(frame);
      });
    });
  });

  test("a message whose acknowledgement got lost is sent again, and is there once", async ({ demo }) => {
    const { owner, seeker, approve } = demo;
    await approve();
    // 43: an acknowledgement.
    isLost = (frame) => dropped.length === 0 && frame.startsWith("43") && frame.includes('"Once only"');
    await owner.say("Once only");
    await expect(seeker.bubble("Once only")).toHaveCount(1);
    await expect.poll(() => dropped.length).toBe(1);
    await owner.say("And then this");
    await expect(owner.bubble("And then this")).toHaveAttribute("data-delivery", /sent|delivered|read/);
    for (const side of [owner, seeker])
      await expect(side.bubbles.locator("p")).toHaveText(["Once only", "And then this"]);
  });

  test("a message that was not heard is fetched as soon as the next one shows the hole", async ({ demo }) => {
    const { owner, seeker, approve } = demo;
    await approve();
    isLost = (frame) => /"(receive_message|chat_updated)"/.test(frame) && frame.includes('"Unheard"');
    await owner.say("Unheard");
    await expect(owner.bubble("Unheard")).toHaveAttribute("data-delivery", "sent");
    await expect(seeker.bubble("Unheard")).toHaveCount(0);
    isLost = () => false;
    await owner.say("Heard");
    await expect(seeker.bubbles.locator("p")).toHaveText(["Unheard", "Heard"]);
  });
});
