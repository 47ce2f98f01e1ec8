import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

const widths = [
  { name: "phone", size: { width: 390, height: 844 }, scheme: "light" },
  { name: "tablet", size: { width: 768, height: 1024 }, scheme: "dark" },
  { name: "desktop", size: { width: 1440, height: 900 }, scheme: "light" },
] as const;

type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };

/** What axe-core finds serious in the page as it is now; it is put in by the debugger, past the page's own policy. */
async function seriousFindings(page: Page, place: "document" | '"#side-owner"'): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    `axe.run(${place}, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })`,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Ids that two elements have, and things to press that are smaller than 24 pixels. */
const smallThings = (): string[] => {
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `twice: ${id}`);
  const small = [...document.querySelectorAll<HTMLElement>("button, select, input, textarea")].filter((it) => {
    const { width, height } = it.getBoundingClientRect();
    return width > 1 && Math.min(width, height) < 24 && it.checkVisibility();
  });
  return [...twice, ...small.map((it) => `small: ${it.outerHTML.slice(0, 120)}`)];
};

test("axe-core finds nothing serious in any state, at three widths, light and dark", async ({ demo, stack }) => {
  test.slow();
  const { page, owner, seeker, approve } = demo;
  await page.emulateMedia({ reducedMotion: "reduce" });
  const require = createRequire(import.meta.url);
  const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axe);
  const look = async (state: string, isWhole = false): Promise<void> => {
    for (const { name, size, scheme } of widths) {
      await page.setViewportSize(size);
      for (const colorScheme of isWhole ? (["light", "dark"] as const) : [scheme]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expect
          .soft(
            await seriousFindings(page, isWhole ? "document" : '"#side-owner"'),
            `${state}, ${name}, ${colorScheme}`,
          )
          .toEqual([]);
        await page.screenshot({ path: `test-results/page-${state}-${name}-${colorScheme}.png` });
      }
      expect.soft(await page.evaluate(smallThings), `${state}, ${name}`).toEqual([]);
    }
  };

  await look("empty");
  const approval = page.waitForRequest(/\/booking\/approve$/);
  await approve();
  const booking: unknown = (await approval).postDataJSON();
  await owner.watch();
  await owner.say("Hello, and welcome! The keys are with the neighbour: https://example.com/keys");
  await seeker.say("Thank you, see you on Saturday.");
  await expect(owner.bubble("see you on Saturday")).toBeVisible();
  await look("chat", true);

  await owner.root.getByRole("button", { name: "Chat options" }).click();
  await look("menu");
  await owner.root.getByRole("menuitem", { name: /^Report Sami/ }).click();
  await look("dialog");
  await page.keyboard.press("Escape");

  await page.goBack();
  await expect(owner.rows.first()).toBeVisible();
  await look("list");
  await owner.root.getByRole("button", { name: "Go offline" }).click();
  await expect(owner.connectionBanner).toBeVisible();
  await owner.rows.first().click();
  await owner.say("Waits");
  await look("offline");
  await owner.root.getByRole("button", { name: "Go online" }).click();
  await expect(owner.bubble("Waits")).toHaveAttribute("data-delivery", /sent|delivered|read/);

  await owner.composer.focus();
  await page.request.post(`${stack.pageUrl}/booking/cancel`, { data: booking });
  await expect(owner.statusBanner).toContainText("This chat is closed");
  // The field that had the focus is gone; the line in its place has it.
  await expect(owner.statusBanner).toBeFocused();
  await look("closed");
});

test("has room for the messages on a phone, on its side and at 400 % zoom, and each says whose it is", async ({
  demo,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await owner.watch();
  await owner.say("First");
  // What the other person writes is read out, while this one looks.
  await seeker.root.getByRole("button", { name: "Go offline" }).click();
  await seeker.say("Second");
  await owner.watch();
  await seeker.root.getByRole("button", { name: "Go online" }).evaluate((button: HTMLElement) => button.click());
  await expect(owner.bubble("Second")).toContainText(/^Sami.*: Second/);
  await expect(owner.bubble("First")).toContainText(/^You: First/);
  await expect(owner.log).toHaveAttribute("aria-live", "off");
  await expect(owner.root.locator("[aria-live=polite]")).toHaveText(/^Sami[^:]*: Second$/);
  const room = () => owner.log.evaluate((log) => ({ top: log.getBoundingClientRect().top, height: log.clientHeight }));
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => (await room()).top).toBeLessThanOrEqual(120);
  for (const size of [
    { width: 844, height: 390 },
    { width: 320, height: 256 },
  ]) {
    await page.setViewportSize(size);
    await expect.poll(async () => (await room()).height / size.height).toBeGreaterThan(0.5);
    await expect(owner.bubble("Second")).toBeInViewport();
    await expect(owner.composer).toBeInViewport({ ratio: 1 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  }
});

test.describe("with a touch screen", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test("the keyboard comes up only when it is wanted, and Enter makes a new line", async ({ demo }) => {
    const { page, owner, desk } = demo;
    await page.getByRole("button", { name: "Booking desk" }).tap();
    await desk.getByRole("button", { name: "Approve booking" }).tap();
    await expect(owner.log).toContainText("The booking is approved");
    await owner.root.getByRole("button", { name: "Back to chats" }).tap();
    await owner.rows.first().tap();
    await expect(owner.composer).toBeVisible();
    await expect(owner.composer).not.toBeFocused();
    await owner.composer.tap();
    await page.keyboard.type("One");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Two");
    await owner.root.getByRole("button", { name: "Send" }).tap();
    await expect(owner.bubble("One").locator("p")).toHaveText("One\nTwo");
  });
});
