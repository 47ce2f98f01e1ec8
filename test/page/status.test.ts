import { expect, test } from "./fixtures.ts";

test("lets the owner make the chat read-only and open it again", async ({ demo }) => {
  const { owner, seeker, approve } = demo;
  await approve();
  await owner.inChatMenu("Make read-only");
  await expect(seeker.statusBanner).toContainText("made this chat read-only");
  await expect(seeker.composer).toBeHidden();
  await expect(owner.composer).toBeHidden();
  await expect(owner.statusBanner).toHaveText("You made this chat read-only.");
  await seeker.root.getByRole("button", { name: "Chat options" }).click();
  await expect(seeker.root.getByRole("menuitem", { name: "Allow writing" })).toHaveCount(0);

  await owner.inChatMenu("Allow writing");
  await expect(seeker.composer).toBeVisible();
  await seeker.say("Back again");
  await expect(owner.bubble("Back again")).toBeVisible();
});

test("shows the owner's reason as the owner's words, under the owner's name and as text", async ({ demo }) => {
  const { page, owner, seeker, approve } = demo;
  const reason = "LYVO SUPPORT: <b>confirm</b> your card";
  // The page has no field for a reason; other frontends do.
  await page.route("**/api/chat/*/status", async (route) => {
    const change = route.request().postDataJSON() as object | null;
    await route.continue(change === null ? {} : { postData: JSON.stringify({ ...change, reason }) });
  });
  await approve();
  await owner.inChatMenu("Make read-only");
  await expect(seeker.log.locator(".system-quote")).toContainText(/^Olga [^:]+: /);
  await expect(seeker.log.locator(".system-quote q")).toHaveText(reason);
  await expect(seeker.statusBanner).toHaveText(`Olga made this chat read-only: “${reason}”`);
  await expect(owner.statusBanner).toHaveText(`You made this chat read-only: “${reason}”`);
  await expect(seeker.rows).not.toContainText("SUPPORT");
});

test("closes the chat for both when the booking is cancelled, with the reason, and opens it when it is approved again", async ({
  demo,
}) => {
  const { page, owner, seeker, desk, approve } = demo;
  await approve();
  await desk.getByRole("button", { name: "Cancel booking…" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this booking" });
  await dialog.getByLabel(/Reason/).fill("The roof leaks");
  await dialog.getByRole("button", { name: "Cancel booking" }).click();
  for (const side of [owner, seeker]) {
    await expect(side.statusBanner).toHaveText("This chat is closed: The roof leaks");
    await expect(side.composer).toBeHidden();
    await expect(side.log).toContainText("The booking was cancelled: The roof leaks");
    await expect(side.rows).toContainText("Closed");
  }
  await expect(desk.getByRole("status")).toContainText(/booking\.cancelled published .* chat closed after/);

  await desk.getByRole("button", { name: "Approve again" }).click();
  await expect(seeker.composer).toBeVisible();
  await expect(owner.statusBanner).toBeHidden();
});

test("keeps what was written into a chat that was closed meanwhile, and says that it was not sent", async ({
  demo,
}) => {
  const { page, owner, seeker, desk, approve } = demo;
  await approve();
  await seeker.root.getByRole("button", { name: "Go offline" }).click();
  await seeker.say("Are you there?");
  await owner.watch();
  await desk.getByRole("button", { name: "Cancel booking…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel booking", exact: true }).click();
  await expect(owner.statusBanner).toContainText("This chat is closed");

  await seeker.root.getByRole("button", { name: "Go online" }).click();
  await expect(seeker.bubble("Are you there?")).toHaveAttribute("data-delivery", "failed");
  await expect(seeker.root.getByText("Not sent. Nobody can write in this chat now.")).toBeVisible();
  await expect(seeker.root.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await desk.getByRole("button", { name: "Approve again" }).click();
  await expect(seeker.composer).toBeVisible();
  await seeker.root.getByRole("button", { name: "Try again" }).click();
  await expect(owner.bubble("Are you there?")).toHaveCount(1);
});

test("shows a chat whose booking was approved elsewhere, as it comes", async ({ demo, stack }) => {
  const { page, owner, seeker } = demo;
  await expect(owner.root.getByText("No chats yet.")).toBeVisible();
  const { searchParams } = new URL(page.url());
  const people = { ownerId: searchParams.get("owner"), seekerId: searchParams.get("seeker") };
  await page.request.post(`${stack.pageUrl}/booking/approve`, { data: { bookingId: `b:${Date.now()}`, ...people } });
  for (const side of [owner, seeker]) {
    await expect(side.rows).toContainText("Booking b:");
    // No chat is opened, and so read, by itself.
    await expect(side.log).toBeHidden();
    await expect(side.rows.locator(".badge")).toHaveText("1 unread");
    await side.rows.click();
    await expect(side.log).toContainText("The booking is approved");
  }
});

test("shows nothing of a newer approval of an open chat, and goes on", async ({ demo, stack }) => {
  const { page, owner, seeker, approve } = demo;
  const approval = page.waitForRequest(/\/booking\/approve$/);
  await approve();
  const booking: unknown = (await approval).postDataJSON();
  const again = await page.request.post(`${stack.pageUrl}/booking/approve`, { data: booking });
  expect(again.status()).toBe(202);
  await owner.say("Do you hear me?");
  await expect(seeker.bubble("Do you hear me?")).toBeVisible();
  await expect(seeker.root.locator(".system-note")).toHaveCount(1);
  await expect(seeker.rows.locator(".badge")).toHaveText("2 unread");
});
