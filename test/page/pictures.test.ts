import type { Page } from "@playwright/test";
import { pictureHost } from "./demo-stack.ts";
import type { SideView } from "./fixtures.ts";
import { expect, test } from "./fixtures.ts";

const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/** Stands in for the host of the pictures, which no test may reach. */
const servePictures = (page: Page) =>
  page.route(`https://${pictureHost}/**`, (route) =>
    route.request().url().endsWith("missing.png")
      ? route.fulfill({ status: 404, body: "" })
      : route.fulfill({ contentType: "image/png", body: onePixel }),
  );

async function addByAddress(
  { root }: SideView,
  address: string,
  { kind = "Picture", caption = "" } = {},
): Promise<void> {
  await root.getByRole("button", { name: "Add a picture or file" }).click();
  const dialog = root.getByRole("dialog", { name: "Add a picture or file" });
  if (kind === "File") await dialog.getByText("File", { exact: true }).click();
  await dialog.getByLabel("Address").fill(address);
  await dialog.getByLabel("Caption").fill(caption);
  await dialog.getByRole("button", { name: "Send" }).click();
}

test("shows a picture by its address to both, with its caption", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  await servePictures(page);
  await approve();
  await addByAddress(owner, `https://${pictureHost}/window.png`, { caption: "Morning light" });
  const picture = seeker.bubble("Morning light").getByRole("img", { name: "window.png" });
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  await expect(owner.bubble("Morning light")).toHaveAttribute("data-delivery", /delivered|read/);
});

test("shows a card where a picture cannot be loaded", async ({ demo }) => {
  const { page, owner, seeker, approve, expectOnConsole } = demo;
  expectOnConsole(/404/);
  await servePictures(page);
  await approve();
  await addByAddress(owner, `https://${pictureHost}/missing.png`);
  await expect(seeker.bubble("missing.png")).toContainText(`This picture cannot be shown here · ${pictureHost}`);
});

test("says why an address is not taken, and sends nothing", async ({ demo }) => {
  const { page, owner, approve } = demo;
  await approve();
  const dialog = owner.root.getByRole("dialog", { name: "Add a picture or file" });
  await addByAddress(owner, "https://elsewhere.example.net/room.png");
  await expect(dialog.getByRole("alert")).toHaveText(
    `The host elsewhere.example.net is not allowed. Allowed: ${pictureHost}`,
  );
  await dialog.getByLabel("Address").fill(`http://${pictureHost}/room.png`);
  await dialog.getByRole("button", { name: "Send" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("The address has to start with https://");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(owner.bubbles).toHaveCount(0);
});

test("sends a file by its address as a card that leads to it", async ({ demo }) => {
  const { owner, seeker, approve } = demo;
  await approve();
  await addByAddress(owner, `https://${pictureHost}/house-rules.pdf`, { kind: "File" });
  const card = seeker.root.getByRole("link", { name: /house-rules\.pdf/ });
  await expect(card).toHaveAttribute("href", `https://${pictureHost}/house-rules.pdf`);
  await expect(card).toContainText("PDF");
});
