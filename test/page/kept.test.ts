import { expect, test } from "./fixtures.ts";

const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** Gives a picture to the element as a drop or a paste does. */
const giveFile = (target: HTMLElement, [kind, base64]: [string, string]): void => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "window.png", { type: "image/png" }));
  const how = { bubbles: true, cancelable: true };
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: transfer }));
  else
    for (const name of ["dragover", "drop"])
      target.dispatchEvent(new DragEvent(name, { ...how, dataTransfer: transfer }));
};

test("keeps what was begun for each chat over another chat and a reload, until the person signs out", async ({
  demo,
}) => {
  const { page, owner, approve, desk } = demo;
  await approve();
  await owner.composer.fill("For the first\nchat");
  await desk.getByRole("button", { name: "Approve booking" }).click();
  await expect(owner.rows).toHaveCount(2);
  await expect(owner.composer).toHaveValue("");
  await owner.composer.fill("For the second");
  await expect(owner.rows.nth(1)).toContainText("Draft: For the first");
  await owner.rows.nth(1).click();
  await expect(owner.composer).toHaveValue("For the first\nchat");
  const address = page.url();
  expect(address).toMatch(/#\/chat\/[\w-]+$/);

  await page.reload();
  expect(page.url()).toBe(address);
  await expect(owner.composer).toHaveValue("For the first\nchat");
  await owner.rows.filter({ hasText: "Draft:" }).click();
  await expect(owner.composer).toHaveValue("For the second");

  await owner.root.getByRole("button", { name: /^Options for Olga/ }).click();
  await owner.root.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(owner.root.getByText("Nothing of this person is stored on this device any more.")).toBeVisible();
  await expect
    .poll(() => page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("draft"))))
    .toEqual([]);
  await owner.root.getByRole("button", { name: "Sign in again" }).click();
  await owner.rows.first().click();
  await expect(owner.composer).toHaveValue("");
});

test("Back leads from a chat to the list on a phone, and Forward to the chat again", async ({ demo }) => {
  const { page, owner, approve } = demo;
  await approve();
  await owner.watch();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(owner.composer).toBeVisible();
  await page.goBack();
  await expect(owner.rows.first()).toBeVisible();
  await expect(owner.composer).toBeHidden();
  await page.goForward();
  await expect(owner.composer).toBeVisible();
  await owner.root.getByRole("button", { name: "Back to chats" }).click();
  await expect(owner.rows.first()).toBeFocused();
  expect(page.url()).not.toContain("#");
  // An address of somebody else's chat, or of none.
  await page.goto(`${page.url()}#/chat/${"0".repeat(24)}`);
  await expect(owner.root.getByRole("alert")).toHaveText("There is no such chat.");
  await expect(owner.rows.first()).toBeVisible();
});

test("sends pictures that are dropped or pasted, after a look at them", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  const dialog = page.getByRole("dialog", { name: "Add a picture or file" });
  for (const [kind, target] of [
    ["drop", owner.log],
    ["paste", owner.composer],
  ] as const) {
    await target.evaluate(giveFile, [kind, onePixel] as [string, string]);
    await expect(dialog.getByRole("img", { name: "window.png" })).toBeVisible();
    await dialog.getByLabel("Caption").fill(`A ${kind}`);
    await dialog.getByRole("button", { name: "Send" }).click();
    await expect(seeker.bubble(`A ${kind}`).getByRole("img", { name: "window.png" })).toBeVisible();
  }
  await seeker.bubble("A drop").getByRole("button", { name: "Enlarge window.png" }).click();
  await expect(page.locator("dialog.lightbox[open] img")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog.lightbox[open]")).toHaveCount(0);
});
