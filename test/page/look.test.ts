import { expect, type SideView, test } from "./fixtures.ts";

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };

test("works with the keyboard alone, from the first button to the closed chat", async ({ demo }) => {
  const { page, owner, seeker } = demo;
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press("Tab");
      const label = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
      });
      if (name.test(label)) return;
    }
    throw new Error(`no Tab leads to ${name}`);
  };
  await tabTo(/^Approve booking$/);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
  expect(outline).toBe("solid");
  await page.keyboard.press("Enter");
  await expect(owner.log).toContainText("The booking is approved");

  await tabTo(/^Message from Olga/);
  await page.keyboard.type("Typed");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("on two lines");
  await page.keyboard.press("Enter");
  await expect(seeker.bubble("Typed").locator("p")).toHaveText("Typed\non two lines");

  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Add a picture or file" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Add a picture or file" }).first()).toBeFocused();
  await expect(owner.composer).toBeEditable();

  await owner.rows.first().focus();
  await page.keyboard.press("Home");
  await expect(owner.rows.first()).toBeFocused();
});

test("moves through the list of chats with the arrow keys", async ({ demo }) => {
  const { page, owner, approve } = demo;
  await approve();
  await demo.desk.getByRole("button", { name: "Approve booking" }).click();
  await expect(owner.rows).toHaveCount(2);
  await owner.rows.nth(0).focus();
  await page.keyboard.press("ArrowDown");
  await expect(owner.rows.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(owner.rows.nth(1)).toHaveAttribute("aria-current", "true");
  await expect(owner.composer).toBeFocused();
});

test("keeps the keyboard's place in the list of chats while it changes", async ({ demo, stack }) => {
  const { page, owner, approve } = demo;
  const approval = page.waitForRequest(/\/booking\/approve$/);
  await approve();
  const booking = (await approval).postDataJSON() as { bookingId: string };
  await owner.rows.first().focus();
  await page.request.post(`${stack.pageUrl}/booking/cancel`, { data: { ...booking, reason: "The roof leaks" } });
  await expect(owner.rows.first()).toContainText("Closed");
  await expect(owner.rows.first()).toBeFocused();
});

async function talk(owner: SideView, seeker: SideView): Promise<void> {
  await owner.watch();
  await owner.say("Hello, and welcome! The keys are with the neighbour, first floor on the left.");
  await seeker.watch();
  await seeker.say("Thank you, see you on Saturday.");
  await owner.watch();
  await expect(owner.bubble("see you on Saturday")).toBeVisible();
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`looks right on a desktop, ${colorScheme}`, async ({ demo }) => {
    const { page, owner, seeker, approve } = demo;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(desktop);
    await page.screenshot({ path: `test-results/page-desktop-${colorScheme}-empty.png` });
    await approve();
    await talk(owner, seeker);
    for (const side of [owner, seeker]) await expect(side.root).toBeInViewport({ ratio: 1 });
    await page.screenshot({ path: `test-results/page-desktop-${colorScheme}.png` });
  });

  test(`looks right on a phone, ${colorScheme}: one side at a time and nothing to scroll sideways`, async ({
    demo,
  }) => {
    const { page, owner, seeker } = demo;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(phone);
    await expect(seeker.root).toBeHidden();
    await page.screenshot({ path: `test-results/page-phone-${colorScheme}-empty.png` });
    await page.getByRole("button", { name: "Booking desk" }).click();
    await demo.desk.getByRole("button", { name: "Approve booking" }).click();
    await expect(demo.desk).toBeHidden();
    await expect(owner.log).toContainText("The booking is approved");
    await talk(owner, seeker);
    await expect(owner.composer).toBeInViewport({ ratio: 1 });
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overhang).toBe(0);
    await page.screenshot({ path: `test-results/page-phone-${colorScheme}.png` });

    await owner.root.getByRole("button", { name: "Back to chats" }).click();
    await expect(owner.rows).toHaveCount(1);
    await expect(owner.rows.first()).toBeFocused();
    await expect(page.getByRole("tab", { name: /Owner/ })).toHaveAttribute("aria-selected", "true");
    await page.getByRole("tab", { name: /Owner/ }).press("ArrowRight");
    await expect(seeker.composer).toBeVisible();
  });
}
