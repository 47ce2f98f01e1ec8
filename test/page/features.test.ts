import { expect, test } from "./fixtures.ts";

test("shows links as links, emoji large, and long texts short until they are wanted", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await owner.say(
    "See https://example.com/a_(b)?q=1, write to mara@example.com or call +49 30 1234567. Built 2026-11-29, javascript:alert(1)",
  );
  const links = seeker.bubble("See https").getByRole("link");
  await expect(links).toHaveText(["https://example.com/a_(b)?q=1", "mara@example.com", "+49 30 1234567"]);
  expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")))).toEqual([
    "https://example.com/a_(b)?q=1",
    "mailto:mara@example.com",
    "tel:+49301234567",
  ]);

  await owner.root.getByRole("button", { name: "Emoji" }).click();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(owner.composer).toHaveValue("😃");
  await owner.composer.press("Enter");
  const size = (text: string) =>
    seeker
      .bubble(text)
      .locator("p")
      .evaluate((it) => Number.parseFloat(getComputedStyle(it).fontSize));
  await expect(seeker.bubble("😃")).toBeVisible();
  expect(await size("😃")).toBeGreaterThan(2 * (await size("See https")));

  await owner.say(Array.from({ length: 40 }, (_, line) => `line ${line}.`).join("\n"));
  const long = seeker.bubble("line 39.");
  const height = async () => (await long.boundingBox())?.height ?? 0;
  const short = await height();
  await long.getByRole("button", { name: "Read more" }).click();
  await expect.poll(() => height()).toBeGreaterThan(2 * short);
  await expect(long.getByRole("button", { name: "Read less" })).toBeVisible();
});

test("finds chats by their texts, and those with something unread; and gives notice to who asked for it", async ({
  demo,
  context,
}) => {
  const { page, owner, seeker, approve, desk } = demo;
  await context.grantPermissions(["notifications"]);
  await approve();
  await owner.watch();
  await owner.say("About the wardrobe");
  await desk.getByRole("button", { name: "Approve booking" }).click();
  await expect(seeker.rows).toHaveCount(2);
  const search = seeker.root.getByRole("searchbox", { name: "Search chats" });
  await search.fill("WÁRDROBE");
  await expect(seeker.rows).toHaveCount(1);
  await search.fill("nothing of it");
  await expect(seeker.root.getByText("No chat matches.")).toBeVisible();
  await search.fill("");
  await seeker.rows.filter({ hasText: "wardrobe" }).click();
  await expect(seeker.rows.filter({ hasText: "wardrobe" }).locator(".badge")).toHaveCount(0);
  await seeker.root.getByRole("button", { name: "Unread", exact: true }).click();
  await expect(seeker.root.getByRole("button", { name: "Unread", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );

  // Chromium without a window shows no notices; what the page asks it to show is noted.
  await page.evaluate(() => {
    const asked: string[] = [];
    const Real = window.Notification;
    window.Notification = class extends Real {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        asked.push(`${title}: ${options?.body}`);
      }
    };
    Object.assign(window, { asked });
  });
  await seeker.root.getByRole("button", { name: /^Options for Sami/ }).click();
  await seeker.root.getByRole("menuitem", { name: "Notify me of messages" }).click();
  await owner.watch();
  await owner.say("Are you there?");
  await expect
    .poll(() => page.evaluate(() => Reflect.get(window, "asked") as string[]))
    .toEqual([expect.stringMatching(/^Olga.*: Are you there\?$/)]);
});

test("speaks German and Arabic, the latter from right to left, and writes dates as the reader does", async ({
  demo,
}) => {
  const { page, owner, approve } = demo;
  await approve();
  await owner.say("Hello");
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(owner.log).toContainText("Die Buchung ist bestätigt.");
  await expect(owner.log.locator(".day").first()).toHaveText("Heute");
  await expect(owner.root.getByRole("textbox", { name: /^Nachricht von/ })).toBeVisible();

  await page.getByRole("combobox", { name: "Sprache" }).selectOption("ar");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(owner.log).toContainText("تمت الموافقة على الحجز");
  const [list, conversation] = await Promise.all([
    owner.root.locator(".inbox").boundingBox(),
    owner.root.locator(".conversation").boundingBox(),
  ]);
  expect(list?.x).toBeGreaterThan(conversation?.x ?? Infinity);
  // What a person wrote keeps its own direction.
  expect(
    await owner
      .bubble("Hello")
      .locator(".bubble-words")
      .evaluate((it) => getComputedStyle(it).direction),
  ).toBe("ltr");
  for (const [name, size] of [
    ["desktop", { width: 1440, height: 900 }],
    ["phone", { width: 390, height: 844 }],
  ] as const) {
    await page.setViewportSize(size);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    await page.screenshot({ path: `test-results/page-arabic-${name}.png` });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole("combobox", { name: "اللغة" }).selectOption("en");
  await expect(owner.log).toContainText("The booking is approved.");
});
