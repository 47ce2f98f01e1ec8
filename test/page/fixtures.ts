import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { uniqueName } from "../support/services.ts";
import { type DemoStack, startDemoStack } from "./demo-stack.ts";

export type Role = "owner" | "seeker";

/** One person's half of the page, by what the person sees. */
export interface SideView {
  root: Locator;
  rows: Locator;
  composer: Locator;
  log: Locator;
  bubbles: Locator;
  connectionBanner: Locator;
  statusBanner: Locator;
  /** Turns to this side, as a person who reads it would; on a phone by its tab. */
  watch: () => Promise<void>;
  /** Writes and sends. */
  say: (text: string) => Promise<void>;
  bubble: (text: string) => Locator;
  /** Chooses in the menu of a message. */
  inMessageMenu: (text: string, act: string) => Promise<void>;
  /** Chooses in the menu of the open chat. */
  inChatMenu: (act: string | RegExp) => Promise<void>;
}

/** The page with two people nobody else has, and what it may not say on the console. */
export interface Demo {
  page: Page;
  owner: SideView;
  seeker: SideView;
  desk: Locator;
  /** Presses "Approve booking" and waits until both see the chat. */
  approve: () => Promise<void>;
  /** Errors on the console that this test brings about on purpose. */
  expectOnConsole: (text: RegExp) => void;
}

export const test = base.extend<{ demo: Demo }, { stack: DemoStack }>({
  stack: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from this pattern what a fixture needs
    async ({}, use) => {
      await using stack = await startDemoStack();
      await use(stack);
    },
    { scope: "worker", timeout: 900_000 },
  ],
  demo: async ({ page, stack }, use) => {
    const said: string[] = [];
    const expected: RegExp[] = [];
    page.on("pageerror", (error) => said.push(error.stack ?? error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") said.push(message.text());
    });
    const people = { owner: uniqueName("olga"), seeker: uniqueName("sami") };
    await page.goto(`${stack.pageUrl}/?${new URLSearchParams(people)}`);
    await use(demoOf(page, expected));
    expect(said.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  },
});

export { expect };

function demoOf(page: Page, expected: RegExp[]): Demo {
  const [owner, seeker] = [sideOf(page, "owner"), sideOf(page, "seeker")];
  const desk = page.getByRole("region", { name: "Booking desk" });
  return {
    page,
    owner,
    seeker,
    desk,
    expectOnConsole: (text) => void expected.push(text),
    async approve() {
      await desk.getByRole("button", { name: "Approve booking" }).click();
      await expect(owner.log).toContainText("The booking is approved");
      await expect(seeker.log).toContainText("The booking is approved");
    },
  };
}

function sideOf(page: Page, role: Role): SideView {
  const root = page.locator(`#side-${role}`);
  const composer = root.getByRole("textbox", { name: /^Message from/ });
  const bubbles = root.locator("li.message");
  const tab = page.locator(`#tab-${role}`);
  return {
    root,
    composer,
    bubbles,
    rows: root.locator(".inbox-row"),
    log: root.getByRole("log"),
    connectionBanner: root.locator(".connection-banner"),
    statusBanner: root.locator(".status-line"),
    async watch() {
      if (await tab.isVisible()) await tab.click();
      else await root.locator(".side-head h2").click();
    },
    async say(text) {
      await composer.fill(text);
      await composer.press("Enter");
    },
    bubble: (text) => bubbles.filter({ hasText: text }),
    async inMessageMenu(text, act) {
      await bubbles.filter({ hasText: text }).hover();
      await bubbles
        .filter({ hasText: text })
        .getByRole("button", { name: /^Message options/ })
        .click();
      await root.getByRole("menuitem", { name: act }).click();
    },
    async inChatMenu(act) {
      await root.getByRole("button", { name: "Chat options" }).click();
      await root.getByRole("menuitem", { name: act }).click();
    },
  };
}
