import type { Locator } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { openChatId, seedTexts } from "./seed.ts";

const inLog = (log: Locator): Promise<{ fromEnd: number; top: number }> =>
  log.evaluate((it) => ({ fromEnd: it.scrollHeight - it.scrollTop - it.clientHeight, top: it.scrollTop }));

/** How far below the log's upper edge a message is. */
const topOf = (bubble: Locator): Promise<number> =>
  bubble.evaluate((it) => it.getBoundingClientRect().top - (it.closest(".log")?.getBoundingClientRect().top ?? 0));

test("leaves a reader where the reader is: at the end or above, whatever grows, comes or is changed", async ({
  demo,
  stack,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await seedTexts(stack, openChatId(demo), { sender: "owner", count: 40 });
  await owner.watch();
  await owner.say("The last word");
  await expect(owner.bubble("The last word")).toHaveAttribute("data-delivery", /delivered|read/);

  // At the end: a composer that grows, a note, a message, a window that becomes lower.
  await owner.composer.fill("one\ntwo\nthree\nfour\nfive");
  await expect.poll(async () => (await inLog(owner.log)).fromEnd).toBeLessThan(2);
  await expect(owner.bubble("The last word")).toBeInViewport({ ratio: 1 });
  await owner.composer.fill("");
  await owner.inChatMenu("Make read-only");
  await expect(owner.log.getByText("The chat is read-only now.")).toBeInViewport({ ratio: 1 });
  await owner.inChatMenu("Allow writing");
  await expect(owner.log.getByText("The chat is open again.")).toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 1280, height: 560 });
  await expect(owner.log.getByText("The chat is open again.")).toBeInViewport({ ratio: 1 });

  // Above: the same, and an edit that makes a message higher.
  await owner.log.evaluate((log) => log.scrollBy(0, -400));
  await expect(owner.root.getByRole("button", { name: "Latest" })).toBeVisible();
  const seen = owner.bubble("seeded 30.");
  const before = await topOf(seen);
  await owner.composer.fill("one\ntwo\nthree\nfour\nfive");
  await seeker.say("Something new");
  await expect(owner.root.getByRole("button", { name: "1 new" })).toBeVisible();
  expect(Math.abs((await topOf(seen)) - before)).toBeLessThan(3);
  await owner.composer.fill("");
  expect(Math.abs((await topOf(seen)) - before)).toBeLessThan(3);
  await expect(owner.bubble("Something new")).not.toBeInViewport();
  await owner.root.getByRole("button", { name: "1 new" }).click();
  await expect(owner.bubble("Something new")).toBeInViewport({ ratio: 1 });
});

test("opens a chat with 40 unread at a line that stays, and what a focused window shows is read, nothing else", async ({
  demo,
  stack,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await seeker.watch();
  await seeker.say("I have seen everything");
  await expect(owner.bubble("I have seen everything")).toBeVisible();
  const chatId = openChatId(demo);
  await owner.watch();
  await seedTexts(stack, chatId, { sender: "owner", count: 39 });
  await owner.say("The fortieth");
  await expect(seeker.rows.locator(".badge")).toHaveText("40 unread");

  // The list is there, and no chat is open: nothing is read by itself.
  await page.goto(page.url().replace(/#.*/, ""));
  await page.reload();
  await seeker.watch();
  await expect(seeker.rows.locator(".badge")).toHaveText("40 unread");
  await expect(seeker.log).toBeHidden();
  await expect(page).toHaveTitle(/^\(40\) /);
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute("href", /^data:image\/svg/);

  // A window without the focus shows, and reads nothing.
  await page.evaluate(() => {
    document.hasFocus = () => false;
  });
  await seeker.rows.first().click();
  const line = seeker.log.getByText("New", { exact: true });
  await expect(line).toBeInViewport();
  await expect(seeker.bubble("The fortieth")).not.toBeInViewport();
  await expect(seeker.rows.locator(".badge")).toHaveText("40 unread");
  const lineTop = await topOf(line);

  await page.evaluate(() => {
    document.hasFocus = () => true;
    window.dispatchEvent(new Event("focus"));
  });
  await expect(seeker.rows.locator(".badge")).not.toHaveText("40 unread");
  const unread = Number.parseInt((await seeker.rows.locator(".badge").textContent()) ?? "", 10);
  expect(unread).toBeGreaterThan(10);
  expect(Math.abs((await topOf(line)) - lineTop)).toBeLessThan(2);
  await seeker.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
  await expect(seeker.rows.locator(".badge")).toHaveCount(0);
  await expect(line).toHaveCount(1);
  await owner.rows.first().click();
  await expect(owner.bubble("The fortieth")).toHaveAttribute("data-delivery", "read");
});

test("keeps at most 150 rows of a long history in the page, without a jump, and goes to a day", async ({
  demo,
  stack,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  const chatId = openChatId(demo);
  await seedTexts(stack, chatId, {
    sender: "owner",
    count: 700,
    dayOf: (seq) => Math.max(0, 12 - Math.floor(seq / 60)),
  });
  await owner.watch();
  await owner.say("And now");
  await page.reload();
  await expect(owner.bubble("And now")).toBeInViewport();
  await expect(seeker.rows).toHaveCount(1);

  // Up in steps: what is on the screen stays where it is while older rows come.
  const isReached = async (): Promise<boolean> => (await owner.bubble("seeded 300.").count()) > 0;
  const goUp = async (): Promise<boolean> => {
    for (let step = 0; step < 10 && !(await isReached()); step += 1) {
      await owner.log.evaluate((log) => log.scrollBy(0, -log.clientHeight));
      await page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
    }
    return isReached();
  };
  await expect.poll(goUp).toBe(true);
  await expect(owner.bubble("seeded 300.")).toHaveCount(1);
  await expect.poll(() => owner.bubbles.count()).toBeLessThanOrEqual(150);
  await expect(owner.bubble("And now")).toHaveCount(0);
  const middle = await owner.log.evaluate((log) => {
    const { top, height } = log.getBoundingClientRect();
    const rows = [...log.querySelectorAll<HTMLElement>("li.message")];
    return rows.find((row) => row.getBoundingClientRect().top > top + height / 3)?.dataset["seq"] ?? "";
  });
  const seen = owner.log.locator(`li[data-seq="${middle}"]`);
  const before = await topOf(seen);
  await seeker.say("While you read");
  await expect(owner.root.getByRole("button", { name: /new$/ })).toBeVisible();
  expect(Math.abs((await topOf(seen)) - before)).toBeLessThan(3);

  const firstDay = new Date(Date.now() - 11 * 86_400_000);
  await owner.inChatMenu("Go to a day…");
  const dialog = page.getByRole("dialog", { name: "Go to a day" });
  const two = (value: number) => String(value).padStart(2, "0");
  await dialog
    .getByLabel("Day")
    .fill(`${firstDay.getFullYear()}-${two(firstDay.getMonth() + 1)}-${two(firstDay.getDate())}`);
  await dialog.getByRole("button", { name: "Go" }).click();
  await expect(owner.bubble("seeded 60.")).toBeInViewport();
  await expect(owner.bubble("seeded 300.")).toHaveCount(0);

  await owner.say("At the end again");
  await expect(owner.bubble("At the end again")).toBeInViewport();
});
