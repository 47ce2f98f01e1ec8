import type { Locator, Page } from "@playwright/test";
import type { SideView } from "./fixtures.ts";
import { expect, test } from "./fixtures.ts";

/** What a phone writes beside the pixels. */
const place = "52.5163N 13.3777E";

/** A photo of 60 × 40 pixels as a phone makes it: a JPEG with an Exif segment. */
async function aPhoto(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [60, 40];
    canvas.getContext("2d")?.fillRect(0, 0, 30, 40);
    return canvas.toDataURL("image/jpeg").split(",")[1] ?? "";
  });
  const jpeg = Buffer.from(base64, "base64");
  const exif = Buffer.from(`Exif\0\0${place}`);
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

async function addFile({ root }: SideView, file: { name: string; mimeType: string; buffer: Buffer }, caption = "") {
  await root.getByRole("button", { name: "Add a picture or file" }).click();
  const dialog = root.getByRole("dialog", { name: "Add a picture or file" });
  await dialog.getByLabel("From this device").setInputFiles(file);
  await dialog.getByLabel("Caption").fill(caption);
  await dialog.getByRole("button", { name: "Send" }).click();
}

const bytesOf = async (image: Locator): Promise<Buffer> => {
  const source = (await image.getAttribute("src")) ?? "";
  return Buffer.from(await (await fetch(source)).arrayBuffer());
};

test("uploads a photo from this device; both see it, and the place where it was taken is not in it", async ({
  demo,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  const photo = await aPhoto(page);
  expect(photo.includes(place)).toBe(true);
  await addFile(owner, { name: "window.jpg", mimeType: "image/jpeg", buffer: photo }, "Morning light");
  for (const side of [owner, seeker]) {
    const picture = side.bubble("Morning light").getByRole("img", { name: "window.jpg" });
    await expect(picture).toBeVisible();
    // Until it is sent, the sender sees the file itself.
    await expect(picture).toHaveAttribute("src", /^http/);
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(60);
    const bytes = await bytesOf(picture);
    expect([bytes.subarray(0, 2).toString("hex"), bytes.includes(place)]).toEqual(["ffd8", false]);
  }
  await expect(owner.bubble("Morning light")).toHaveAttribute("data-delivery", /delivered|read/);
});

test("uploads a file, which the other side saves under its name", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  const rules = { name: "house rules.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 quiet hours") };
  await addFile(owner, rules);
  const card = seeker.root.getByRole("button", { name: /house rules\.pdf/ });
  await expect(card).toContainText("PDF");
  const saving = page.waitForEvent("download");
  await card.click();
  expect((await saving).suggestedFilename()).toBe("house rules.pdf");
});

test("says why a file is not taken, and sends nothing", async ({ demo }) => {
  const { owner, seeker, approve, expectOnConsole } = demo;
  expectOnConsole(/400/);
  await approve();
  await addFile(owner, { name: "page.html", mimeType: "text/html", buffer: Buffer.from("<p>") });
  await expect(owner.bubble("page.html")).toHaveAttribute("data-delivery", "failed");
  await expect(owner.bubble("page.html").getByRole("alert")).toContainText("Not sent.");
  await owner.bubble("page.html").getByRole("button", { name: "Discard" }).click();
  await expect(owner.bubbles).toHaveCount(0);
  await expect(seeker.bubbles).toHaveCount(0);
});

test("shows a picture while it is uploaded, and forgets it when the upload is cancelled", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  // The store takes its time: the bytes are on their way for as long as it takes to cancel.
  await page.route(
    () => true,
    (route) => (route.request().method() === "PUT" ? undefined : route.fallback()),
  );
  await addFile(owner, { name: "window.jpg", mimeType: "image/jpeg", buffer: await aPhoto(page) }, "Not this one");
  const echo = owner.bubble("Not this one");
  await expect(echo.getByRole("img", { name: "window.jpg" })).toBeVisible();
  await echo.getByRole("button", { name: "Cancel upload" }).click();
  await expect(owner.bubbles).toHaveCount(0);
  await owner.say("This one");
  await expect(seeker.bubble("This one")).toBeVisible();
  await expect(seeker.bubbles).toHaveCount(1);
});
