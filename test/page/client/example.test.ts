import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { tokenFor } from "../../support/start-node.ts";
import { expect, test } from "./fixtures.ts";
import { addApp, buildApp, checkTypes, root, serveFolders } from "./project.ts";

/** Signs a person in, in a browser of their own, and opens the only chat. Counts what StrictMode must not do twice. */
const signIn = async (browser: Browser, url: string, userId: string) => {
  const context = await browser.newContext();
  const page: Page = await context.newPage();
  const joins: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (String(payload).includes("join_chat")) joins.push(String(payload));
    }),
  );
  await page.goto(url);
  await page.getByLabel("Token").fill(tokenFor(userId));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("listitem").getByRole("button").click();
  await expect(page.getByRole("status")).toHaveText("Connected");
  const say = async (text: string): Promise<void> => {
    await page.getByLabel("Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
  };
  return {
    page,
    joins,
    say,
    row: (text: string) => page.locator(".log li", { hasText: text }),
    close: () => context.close(),
  };
};

test("in the React example two people talk, also over an outage", async ({ browser, ground, talk }, info) => {
  const { project, network } = ground;
  const app = addApp(project, "example", join(root, "examples/react"));
  checkTypes(app);
  await using served = await serveFolders(buildApp(app, info.outputPath("app"), { VITE_CHAT_URL: network.url }));
  const owner = await signIn(browser, served.url, talk.ownerId);
  const seeker = await signIn(browser, served.url, talk.seekerId);

  await owner.say("Is Friday fine?");
  await expect(seeker.row("Is Friday fine?")).toHaveAttribute("data-state", "received");
  await expect(owner.row("Is Friday fine?")).toHaveAttribute("data-state", "read");
  await seeker.page.getByLabel("Message").pressSequentially("Y");
  await expect(owner.page.getByText("is typing …")).toBeVisible();
  expect([owner.joins.length, seeker.joins.length]).toEqual([1, 1]);

  network.cut();
  await expect(owner.page.getByRole("status")).toContainText("No connection.");
  await owner.say("I write without a network");
  await expect(owner.row("I write without a network")).toHaveAttribute("data-state", "queued");
  network.mend();
  await expect(seeker.row("I write without a network")).toHaveAttribute("data-state", "received");
  await expect(seeker.page.locator(".log li")).toHaveCount(3);

  await owner.page.getByRole("button", { name: "Sign out" }).click();
  await expect(owner.page.getByLabel("Token")).toBeVisible();
  await Promise.all([owner.close(), seeker.close()]);
});
